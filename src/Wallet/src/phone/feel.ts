/** What the hand and the ear get with a verdict; they repeat the colour, never replace it. */
const OPEN_MS = [40];
const REFUSED_MS = [40, 60, 40];
const TONE_SECONDS = 0.12;

export function feel(verdict: 'open' | 'refused', sound: boolean): void {
  if ('vibrate' in navigator) navigator.vibrate(verdict === 'open' ? OPEN_MS : REFUSED_MS);
  if (sound) play(verdict === 'open' ? [880] : [440, 330]);
}

function play(tones: readonly number[]): void {
  const context = new AudioContext();
  tones.forEach((tone, index) => {
    const oscillator = new OscillatorNode(context, { frequency: tone });
    const volume = new GainNode(context, { gain: 0.15 });
    oscillator.connect(volume).connect(context.destination);
    const start = context.currentTime + index * 1.4 * TONE_SECONDS;
    oscillator.start(start);
    oscillator.stop(start + TONE_SECONDS);
    if (index === tones.length - 1) oscillator.onended = () => void context.close();
  });
}
