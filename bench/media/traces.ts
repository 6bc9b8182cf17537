/**
 * Tells whether frames came through unchanged: from the checksums that two taps kept, which began and
 * ended at slightly different frames. Pure.
 */

/** How the frames of two taps compare, over the time that both have seen. */
export interface TraceComparison {
  /** Frames that both got, in the same order. */
  same: number;
  /** Frames that only one of them got. */
  different: number;
}

/** Compares what two taps got, by the longest sequence of frames that both have got. */
export function compareTraces(a: readonly string[], b: readonly string[]): TraceComparison {
  const pairs = longestCommon(a, b);
  const [first, last] = [pairs[0], pairs.at(-1)];
  if (!first || !last) return { same: 0, different: Math.min(a.length, b.length) };
  const between = last[0] - first[0] + last[1] - first[1] + 2 - 2 * pairs.length;
  // At each end only one of the two may have something that the other has not: it was traced longer.
  const before = Math.min(first[0], first[1]);
  const after = Math.min(a.length - last[0], b.length - last[1]) - 1;
  return { same: pairs.length, different: between + before + after };
}

/** True when every frame came through as it was, and there were some. */
export function isIdentical({ same, different }: TraceComparison): boolean {
  return same > 0 && different === 0;
}

/** Positions in both, of the longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j]
        ? lengths[(i + 1) * width + j + 1]! + 1
        : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}
