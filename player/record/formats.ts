/**
 * What a MediaRecorder is asked to write, of what this browser can: pure. Names are a wish; what really
 * lies in a file is for the server's probe to say.
 */
import type { Role } from "./contract";

/** Key frames this often let the server cut segments without encoding; browsers that know no such wish ignore it. */
const KEY_FRAME_MS = 2000;

const H264 = ["avc1.640028", "avc1.42E01F"]; // High 4.0 (1080p30), else Baseline, which every writer has

/** Best for the server first: fragmented MP4 that can be a rung as it is, then WebM, which is encoded anew. */
const WITH_SOUND = [
  ...H264.map((codec) => `video/mp4;codecs=${codec},opus`),
  "video/mp4;codecs=avc1.42E01F,mp4a.40.2",
  "video/webm;codecs=vp9,opus",
  "video/webm;codecs=vp8,opus",
  "video/webm",
  "video/mp4",
];
const SILENT = [
  ...H264.map((codec) => `video/mp4;codecs=${codec}`),
  "video/webm;codecs=vp9",
  "video/webm;codecs=vp8",
  "video/webm",
  "video/mp4",
];
const SOUND_ALONE = [
  "audio/mp4;codecs=opus",
  "audio/webm;codecs=opus",
  "audio/mp4;codecs=mp4a.40.2",
  "audio/webm",
  "audio/ogg;codecs=opus",
];

const SCREEN_BPS = 2_500_000; // text at 10-15 frames a second
const CAMERA_BPS = 1_200_000; // 720 lines
const VOICE_BPS = 64_000;
const SCREEN_SOUND_BPS = 96_000; // a tab may play music

/** What is in a track. */
export interface Content {
  role: Role;
  hasPicture: boolean;
  hasSound: boolean;
}

/** MediaRecorder's options, with one that TypeScript does not know yet. */
export interface Format extends MediaRecorderOptions {
  mimeType: string;
  videoKeyFrameIntervalDuration?: number;
}

/** Return how to record a track, best first; empty when this browser writes nothing we know. */
export function formatsFor(content: Content, isSupported: (type: string) => boolean): Format[] {
  const isScreen = content.role === "presentation";
  return typesFor(content)
    .filter(isSupported)
    .map((mimeType) => ({
      mimeType,
      ...(content.hasPicture && {
        videoBitsPerSecond: isScreen ? SCREEN_BPS : CAMERA_BPS,
        videoKeyFrameIntervalDuration: KEY_FRAME_MS,
      }),
      ...(content.hasSound && { audioBitsPerSecond: isScreen ? SCREEN_SOUND_BPS : VOICE_BPS }),
    }));
}

function typesFor({ hasPicture, hasSound }: Content): readonly string[] {
  if (!hasPicture) return SOUND_ALONE;
  return hasSound ? WITH_SOUND : SILENT;
}

/** Return the name a track's file is shown by, such as `presenter.mp4`. */
export function fileName(role: Role, mimeType: string): string {
  const container = /^\w+\/(\w+)/.exec(mimeType)?.[1] ?? "webm";
  return `${role}.${container}`;
}
