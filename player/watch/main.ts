/** The watch page: waits for the lecture if need be, then plays it. */

import { element, fetchPictures, readPageData } from "./api";
import type { PageData } from "./api";
import { startPlayer } from "./player";
import type { Lecture } from "./player";
import { waitUntilReady } from "./waiting";

async function lectureOf(data: PageData, signal: AbortSignal): Promise<Lecture> {
  const base = { lectureId: data.lecture_id, viewer: data.viewer, durationS: data.duration_s };
  if (data.playlist_url !== null)
    return { ...base, playlistUrl: data.playlist_url, posterUrl: data.poster_url, storyboardUrl: data.storyboard_url };
  const progress = await waitUntilReady(data, signal);
  const pictures = await fetchPictures(data.lecture_id, signal);
  element("waiting").hidden = true;
  return {
    ...base,
    playlistUrl: progress.playlist_url ?? "",
    posterUrl: pictures.poster_url,
    storyboardUrl: pictures.storyboard_url,
  };
}

const { signal } = new AbortController();
await startPlayer(await lectureOf(readPageData(), signal), signal);
