import type { App, Screen } from '../app.ts';
import { readCode } from '../credentials/code.ts';
import { h } from './dom.ts';
import { button, page } from './parts.ts';

/** The camera looks for a QR code: the browser's own detector where it has one, else jsQR, which is fetched only then. */
type Detect = (source: HTMLVideoElement) => Promise<string | undefined>;
declare const BarcodeDetector: {
  new (options: { formats: string[] }): { detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]> };
  getSupportedFormats(): Promise<string[]>;
};

const PAUSE_MS = 120;
const LONG_SIDE_PIXELS = 640;

export function scanCode(app: App, foundCode: (canonical: string) => void): Screen {
  const { texts } = app;
  const video = h('video', { muted: true, playsInline: true, aria: { label: texts.scan.title } });
  let stream: MediaStream | undefined;
  let over = false;
  let words = texts.scan.starting;
  const screen: Screen = {
    draw: () =>
      page(
        app,
        texts.scan.title,
        h('p', { class: 'mut' }, texts.scan.say),
        h('div', { class: 'lens' }, video),
        h('p', { class: 'mut centre', id: 'scan-words', aria: { role: 'status' } }, words),
        h(
          'div',
          { class: 'foot' },
          button(texts.acts.cancel, () => app.back(), 'quiet'),
        ),
      ),
    left() {
      over = true;
      for (const track of stream?.getTracks() ?? []) track.stop();
    },
  };
  void run();
  return screen;

  async function run(): Promise<void> {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    } catch (problem) {
      return say(problem instanceof DOMException && problem.name === 'NotAllowedError' ? texts.scan.denied : texts.scan.missing);
    }
    if (over) return screen.left!();
    video.srcObject = stream;
    // Breaks off where the screen is left meanwhile.
    await video.play().catch(() => undefined);
    say('');
    const detect = await detector();
    while (!over) {
      const text = await detect(video).catch(() => undefined);
      const reading = text === undefined ? undefined : readCode(text);
      if (reading?.kind === 'good' && !over) {
        screen.left!();
        app.back();
        return foundCode(reading.canonical);
      }
      if (text !== undefined) say(texts.scan.other);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  function say(sentence: string): void {
    words = sentence;
    const line = document.getElementById('scan-words');
    if (line !== null) line.textContent = sentence;
  }
}

async function detector(): Promise<Detect> {
  if ('BarcodeDetector' in globalThis && (await BarcodeDetector.getSupportedFormats()).includes('qr_code')) {
    const own = new BarcodeDetector({ formats: ['qr_code'] });
    return async (video) => (await own.detect(video))[0]?.rawValue;
  }
  const { default: jsQR } = await import('jsqr');
  const canvas = h('canvas');
  const brush = canvas.getContext('2d', { willReadFrequently: true })!;
  return async (video) => {
    const scale = Math.min(1, LONG_SIDE_PIXELS / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (canvas.width === 0) return undefined;
    brush.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = brush.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, canvas.width, canvas.height, { inversionAttempts: 'dontInvert' })?.data;
  };
}
