/**
 * Builds hls.js from its own sources with what our packages never use left out: fMP4 with demuxed
 * AAC or Opus, in the clear, on demand. `README.md` has the sizes and what was rejected.
 *
 * Two means: hls.js's own build switches (`__USE_…__`), and modules answered by a stand-in. A
 * stand-in exports what its importers name, so that a new version of hls.js that asks for more
 * fails the build instead of the lecture.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";

const source = fileURLToPath(new URL("../../node_modules/hls.js/src/", import.meta.url));
const { version } = JSON.parse(readFileSync(new URL("../../node_modules/hls.js/package.json", import.meta.url)));

const switches = {
  __VERSION__: JSON.stringify(version),
  __USE_ALT_AUDIO__: "true",
  __USE_SUBTITLES__: "false",
  __USE_EME_DRM__: "false",
  __USE_CMCD__: "false",
  __USE_CONTENT_STEERING__: "false",
  __USE_VARIABLE_SUBSTITUTION__: "false",
  __USE_M2TS_ADVANCED_CODECS__: "false",
  __USE_MEDIA_CAPABILITIES__: "false",
  __USE_INTERSTITIALS__: "false",
  __USE_IFRAMES__: "false",
  __HLS_WORKER_BUNDLE__: "undefined",
};

const nothing = "export default undefined;";
const neverProbes = "export default class { static probe() { return false } }";

/** Modules of hls.js that a stand-in answers, by their path under `src/`. */
const absent = {
  "controller/subtitle-stream-controller": "export const SubtitleStreamController = undefined;",
  "controller/subtitle-track-controller": nothing,
  "controller/timeline-controller": "export const TimelineController = undefined;",
  "controller/eme-controller": nothing,
  "controller/cmcd-controller": nothing,
  "controller/content-steering-controller": nothing,
  "controller/interstitials-controller": nothing,
  "controller/iframe-controller": "export const IFrameController = undefined;",
  "controller/id3-track-controller": nothing,
  "controller/latency-controller": nothing,
  "controller/cap-level-controller": nothing,
  "controller/fps-controller": nothing,
  "utils/cues": nothing,
  "utils/mediakeys-helper":
    "export const KeySystemFormats = {}, KeySystemIds = {}, requestMediaKeySystemAccess = null, parsePlayReadyWRM = () => null;",
  "utils/keysystem-util": "export const convertDataUriToArrayBytes = () => null, changeEndianness = () => {};",
  "crypt/decrypter": "export default class { destroy() {} reset() {} flush() { return null } isSync() { return true } }",
  "demux/tsdemuxer": neverProbes,
  "demux/audio/aacdemuxer": neverProbes,
  "demux/audio/mp3demuxer": neverProbes,
  "demux/audio/ac3-demuxer": "export class AC3Demuxer {}",
  "demux/transmuxer-worker": "",
  "remux/mp4-remuxer":
    "export default class {} export const flushTextTrackMetadataCueSamples = () => {}, flushTextTrackUserdataCueSamples = () => {};",
};

/** hls.js's own dependencies, which its package leaves to its build; these few lines replace them. */
const dependencies = {
  "eventemitter3": fileURLToPath(new URL("emitter.ts", import.meta.url)),
  "url-toolkit": "export const buildAbsoluteURL = (base, relative) => new URL(relative, base).href;",
  "@svta/cml-utils": "export const uuid = () => crypto.randomUUID();",
  "@svta/cml-id3": "export const utf8ArrayToStr = (bytes) => new TextDecoder().decode(bytes);",
  "@svta/cml-cmcd": "export {};",
};

/** A Vite plugin: `import Hls from "hls.js"` gets the lean build; types come from the package. */
export function leanHls() {
  return {
    name: "lean-hls",
    enforce: "pre",
    config: () => ({ define: switches }),
    async resolveId(wanted, importer) {
      if (wanted === "hls.js") return `${source}hls.ts`;
      if (!importer?.startsWith(source)) return null;
      const dependency = dependencies[wanted];
      if (dependency !== undefined) return dependency.startsWith("/") ? dependency : `\0absent:dep/${wanted}`;
      const found = await this.resolve(wanted, importer, { skipSelf: true });
      const name = found?.id.slice(source.length).replace(/\.ts$/, "");
      return name !== undefined && name in absent ? `\0absent:${name}` : found;
    },
    load(id) {
      if (!id.startsWith("\0absent:")) return null;
      const name = id.slice("\0absent:".length);
      return { code: name.startsWith("dep/") ? dependencies[name.slice(4)] : absent[name], moduleSideEffects: false };
    },
  };
}
