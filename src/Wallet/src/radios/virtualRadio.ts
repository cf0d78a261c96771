import type { Bytes } from '../wire/bytes.ts';
import { type Link, type Listener, type Radio, RadioProblem } from './radio.ts';
import { ANSWER_TO, readFromReader, writeRequest, type Answer, type Request } from './radioFrames.ts';

/** GATT over a WebSocket (spec/virtual-radio.md): the same frames as Bluetooth, for the demo and for tests. */
const SUBPROTOCOL = 'latchkey.radio.1';
const MTU = 517;
const WRITTEN = 0;

export class VirtualRadio implements Radio {
  constructor(readonly address: string) {}

  connect(listener: Listener, signal: AbortSignal): Promise<Link> {
    return new Promise((resolve, reject) => {
      // The address comes from the site card; anything that is no radio is a reader that is not heard.
      if (!/^wss?:\/\//.test(this.address) || !URL.canParse(this.address)) return reject(new RadioProblem('not_heard'));
      const socket = new WebSocket(`${this.address}?mtu=${MTU}`, SUBPROTOCOL);
      socket.binaryType = 'arraybuffer';
      const link = new SocketLink(socket, listener, () => resolve(link));
      socket.onclose = socket.onerror = () => {
        reject(new RadioProblem('not_heard'));
        link.lost();
      };
      signal.addEventListener('abort', () => socket.close(), { once: true });
    });
  }
}

class SocketLink implements Link {
  #waiting: { readonly answer: Answer; resolve(value: Bytes): void; reject(problem: Error): void } | undefined;
  #gone = false;

  constructor(
    readonly socket: WebSocket,
    readonly listener: Listener,
    readonly connected: () => void,
  ) {
    socket.onmessage = (event: MessageEvent<ArrayBuffer>) => this.#take(new Uint8Array(event.data));
  }

  async subscribe(): Promise<void> {
    await this.#ask('subscribe');
  }

  async write(value: Bytes): Promise<void> {
    const [status] = await this.#ask('write', value);
    if (status !== WRITTEN) throw new RadioProblem('not_heard');
  }

  read(): Promise<Bytes> {
    return this.#ask('read');
  }

  close(): void {
    this.#gone = true;
    this.socket.close();
  }

  lost(): void {
    this.#waiting?.reject(new RadioProblem('not_heard'));
    this.#waiting = undefined;
    if (!this.#gone) this.listener.lost();
    this.#gone = true;
  }

  #take(message: Uint8Array): void {
    const said = readFromReader(message);
    if (said?.operation === 'connected') return this.connected();
    if (said?.operation === 'notification') return this.listener.notified(said.value);
    const waiting = this.#waiting;
    if (said === undefined || waiting?.answer !== said.operation) return this.socket.close();
    this.#waiting = undefined;
    waiting.resolve(said.value);
  }

  #ask(request: Request, value?: Bytes): Promise<Bytes> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(new RadioProblem('not_heard'));
      this.#waiting = { answer: ANSWER_TO[request], resolve, reject };
      this.socket.send(writeRequest(request, value));
    });
  }
}
