import { describe, expect, test } from "vitest";

import { decodeRecords, encodeRecord, RECORD_BYTES, SliceTable } from "../record/slices";

const digest = new Uint8Array(32).fill(7);
const list = (...numbers: number[]): Uint8Array =>
  new Uint8Array(
    numbers.flatMap((number) => [...encodeRecord({ number, bytes: 100, endsMs: 1000, sha256: digest })]),
  );

describe("the list of slices", () => {
  test("is read as it was written", () => {
    expect(decodeRecords(list(0, 1))[1]).toEqual({ number: 1, bytes: 100, endsMs: 1000, sha256: digest });
  });

  test.each([
    ["a record cut off in the middle", list(0, 1).subarray(0, 2 * RECORD_BYTES - 1), 1],
    ["a number that is not the next", list(0, 1, 3), 2],
    ["zeros where a record was to come", new Uint8Array([...list(0), ...new Uint8Array(RECORD_BYTES)]), 1],
    ["nothing", new Uint8Array(), 0],
  ])("ends before %s", (_, bytes, count) => {
    expect(decodeRecords(bytes)).toHaveLength(count);
  });
});

describe("a table of slices", () => {
  const table = new SliceTable();
  for (const [bytes, endsMs] of [[100, 1000], [50, 2000], [200, 3000]] as const) table.add({ bytes, endsMs });

  test.each([
    [0, 0],
    [99, 0],
    [100, 1000],
    [149, 1000],
    [350, 3000],
    [999, 3000],
  ])("with %i bytes elsewhere, %i ms are there", (byte, ms) => {
    expect(table.endsMsBefore(byte)).toBe(ms);
  });

  test.each([
    [0, 0, 0],
    [100, 1, 100],
    [349, 2, 150],
    [350, 3, 350],
  ])("byte %i is in slice %i, which begins at %i", (byte, number, from) => {
    expect(table.holding(byte)).toEqual({ number, from });
  });
});
