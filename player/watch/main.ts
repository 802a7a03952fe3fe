/** The watch page: waits until there is something to play, plays it, and follows it if it grows. */

import { element, fetchPictures, readPageData } from "./api";
import type { PageData } from "./api";
import { startPlayer } from "./player";
import type { Lecture } from "./player";
import { waitUntilPlayable } from "./waiting";

async function lectureOf(data: PageData, signal: AbortSignal): Promise<Lecture> {
  const base = { lectureId: data.lecture_id, viewer: data.viewer, durationS: data.duration_s };
  if (data.playlist_url !== null)
    return {
      ...base,
      playlistUrl: data.playlist_url,
      growing: data.growing,
      posterUrl: data.poster_url,
      storyboardUrl: data.storyboard_url,
    };
  const progress = await waitUntilPlayable(data, signal);
  const pictures = await fetchPictures(data.lecture_id, signal);
  element("waiting").hidden = true;
  return {
    ...base,
    playlistUrl: progress.playlist_url ?? "",
    growing: progress.growing,
    posterUrl: pictures.poster_url,
    storyboardUrl: pictures.storyboard_url,
  };
}

const { signal } = new AbortController();
const data = readPageData();
const lecture = await lectureOf(data, signal);
const player = await startPlayer(lecture, signal);
if (lecture.growing !== null) {
  const { followGrowth } = await import("./growing"); // most lectures are complete
  followGrowth(data, lecture.growing, signal, {
    hasNewRungs: () => player.takeNewRungs(),
    isComplete: async () => player.complete(await fetchPictures(data.lecture_id, signal)),
  });
}
