/**
 * Seconds now. A phone whose clock is off would be refused by every door, so the wallet goes by the server's time where it has
 * heard it; the server is asked over TLS, and a door with a clock of its own still judges.
 */
const TOLERANCE_SECONDS = 30;
let offset = 0;

export function now(): number {
  return Math.floor(Date.now() / 1000) + offset;
}

/** Takes the server's time; a difference within the tolerance is travel time and left alone. Returns what it keeps. */
export function hearTime(serverNow: number): number {
  const difference = Math.round(serverNow - Date.now() / 1000);
  return (offset = Math.abs(difference) > TOLERANCE_SECONDS ? difference : 0);
}

export function setOffset(kept: number): void {
  offset = kept;
}

export function clockOffset(): number {
  return offset;
}
