/**
 * Ids of chat messages, which say where a message stands among the others: the time, and then chance.
 * Clocks of instances differ by seconds, so an instance never makes an id that is below one it has
 * seen: an answer stands after what it answers, whoever's clock is slow. Pure.
 */

/** Enough for the year 10,000 in base 36. */
const TIME_LENGTH = 9;

/** With as many as there can be in one millisecond, two are never the same. */
const CHANCE_LENGTH = 8;

/**
 * Makes the id of the next message.
 *
 * @param latest the largest id that was seen, "" for none
 * @param random returns a number in [0, 1)
 */
export function nextMessageId(now: number, latest: string, random: () => number): string {
  const after = latest === "" ? 0 : parseInt(latest.slice(0, TIME_LENGTH), 36) + 1;
  const time = Math.max(Math.floor(now), after).toString(36).padStart(TIME_LENGTH, "0");
  let chance = "";
  while (chance.length < CHANCE_LENGTH) chance += Math.floor(random() * 36).toString(36);
  return time + chance;
}
