import { hex, type Bytes } from './wire/bytes.ts';
import { now, setOffset } from './clock.ts';
import { renewKey } from './keep/activation.ts';
import { heldKeys, readAll, writeSetting, type HeldRecord, type Settings } from './keep/database.ts';
import { readKey, type Key } from './keep/key.ts';
import { Problem } from './server/calls.ts';
import { chooseLanguage, type Language } from './texts/languages.ts';
import { LANGUAGES, type Texts } from './texts/texts.ts';
import { whenIn, type When } from './texts/when.ts';

/** A screen draws itself from the state; `left` is called when it goes away. */
export type Screen = { draw(): HTMLElement; left?(): void; readonly colour?: 'open' | 'refused' };

const HURRY_SECONDS = 30;
/** How often the server is asked about a key that it called ended. */
const ENDED_SECONDS = 3600;

/** How many screens the browser's Back leads through. An entry that says nothing is home. */
export function depth(): number {
  return Number((history.state as { depth?: number } | null)?.depth ?? 0);
}

/** What all screens share: the keys, the words, and which screen is on top of which. */
export class App {
  keys: readonly Key[] = [];
  settingsKept: Partial<Settings> = {};
  language: Language = 'en';
  texts!: Texts;
  when!: When;
  /** Renewals under way, by key. */
  readonly renewing = new Map<string, Promise<boolean>>();
  /** Keys that a door called out of date and that were not renewed since. */
  readonly outdated = new Set<string>();
  /** The browser's own offer to install, kept until it fits. */
  install: (Event & { prompt(): Promise<unknown> }) | undefined;
  updateWaiting = false;
  /** The browser keeps nothing for this page: no key can live here, and whether one did is not known. */
  storeClosed = false;
  verifiedAt: number | undefined;
  readonly #screens: Screen[] = [];
  #root!: HTMLElement;

  constructor(
    readonly makeHome: (app: App) => Screen,
    readonly makeSettings: (app: App) => Screen,
  ) {}

  async start(root: HTMLElement): Promise<void> {
    this.#root = root;
    // The words are fetched while the store is read; they are the right ones unless another language was chosen here.
    void LANGUAGES[chooseLanguage(undefined, navigator.languages)]();
    const kept = await readAll().catch(() => undefined);
    this.storeClosed = kept === undefined;
    this.settingsKept = kept?.settings ?? {};
    setOffset(this.settingsKept.clockOffset ?? 0);
    this.#take(kept?.keys ?? []);
    await this.speak(chooseLanguage(this.settingsKept.language, navigator.languages));
    addEventListener('popstate', () => this.#backTo(depth()));
    // A page that was loaded anew begins at home, whatever it showed before.
    if (depth() !== 0) history.replaceState({ depth: 0 }, '');
    this.#screens.push(this.makeHome(this));
  }

  async speak(language: Language): Promise<void> {
    this.language = language;
    this.texts = await LANGUAGES[language]();
    this.when = whenIn(language);
    document.documentElement.lang = language;
  }

  go(screen: Screen): void {
    this.#top?.left?.();
    this.#screens.push(screen);
    history.pushState({ depth: this.#screens.length - 1 }, '');
    this.draw();
  }

  /** Puts a screen in place of the one on top, so that Back skips what is over. */
  replace(screen: Screen): void {
    this.#top?.left?.();
    this.#screens[this.#screens.length - 1] = screen;
    this.draw();
  }

  back(): void {
    if (this.#screens.length > 1) history.back();
  }

  home(): void {
    const above = this.#screens.length - 1;
    this.#screens[0] = this.makeHome(this);
    if (above > 0) history.go(-above);
    else this.draw();
  }

  settings(): void {
    if (this.#screens.length > 1) this.replace(this.makeSettings(this));
    else this.go(this.makeSettings(this));
  }

  isTop(screen: Screen): boolean {
    return this.#top === screen;
  }

  draw(): void {
    const screen = this.#top!;
    document.body.className = screen.colour ?? '';
    this.say('');
    this.#root.replaceChildren(screen.draw());
    scrollTo(0, 0);
    const target = this.#root.querySelector<HTMLElement>('[data-focus]') ?? this.#root.querySelector<HTMLElement>('h1');
    target?.focus({ preventScroll: true });
  }

  /** Draws again in place: the same screen with newer facts. Focus stays where it is, if that is still there. */
  refresh(): void {
    const active = this.#root.contains(document.activeElement) ? document.activeElement : undefined;
    const held = active?.getAttribute('aria-label') ?? active?.textContent;
    const top = scrollY;
    this.#root.replaceChildren(this.#top!.draw());
    scrollTo(0, top);
    if (held === undefined || held === null) return;
    const again = [...this.#root.querySelectorAll<HTMLElement>('button,a,input,h1')].find(
      (element) => (element.getAttribute('aria-label') ?? element.textContent) === held,
    );
    // What was held is gone: a screen reader goes on at the title, which says what is there now.
    (again ?? this.#root.querySelector<HTMLElement>('h1'))?.focus({ preventScroll: true });
  }

  /** For the ear alone: what goes on while the screen stays the same. */
  say(words: string): void {
    document.getElementById('said')!.textContent = words;
  }

  /** Puts the newest build in place; where none waits, the page is fetched anew. */
  async update(): Promise<void> {
    const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
    await registration?.update().catch(() => undefined);
    const waiting = registration?.waiting ?? undefined;
    if (waiting === undefined) location.reload();
    else waiting.postMessage('take over');
  }

  async reload(): Promise<void> {
    if (!this.storeClosed) this.#take(await heldKeys.all());
  }

  async keep<Name extends keyof Settings>(name: Name, value: Settings[Name]): Promise<void> {
    this.settingsKept = { ...this.settingsKept, [name]: value };
    // Where nothing can be kept, a setting lasts as long as the page.
    if (!this.storeClosed) await writeSetting(name, value);
  }

  /** Remembers that a door was opened: it comes first from now on. */
  async opened(key: Key, reader: Bytes): Promise<void> {
    await heldKeys.change(key.record.id, (kept) => ({ ...kept, opened: { ...kept.opened, [hex(reader)]: now() } }));
    await this.reload();
  }

  /** Renews what is due, or everything when asked, and waits for what is under way; a wallet without a network just stays as it is. */
  async renew(which: (key: Key) => boolean = (key) => this.isDue(key)): Promise<boolean> {
    const due = this.keys.filter(which);
    if (due.length === 0 || !navigator.onLine) return false;
    const done = await Promise.all(
      due.map((key) => {
        const underWay = this.renewing.get(key.record.id);
        if (underWay !== undefined) return underWay;
        const renewal = this.#renewOne(key).finally(() => this.renewing.delete(key.record.id));
        this.renewing.set(key.record.id, renewal);
        return renewal;
      }),
    );
    return done.every(Boolean);
  }

  async #renewOne(key: Key): Promise<boolean> {
    try {
      await renewKey(key);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      return false;
    }
    this.outdated.delete(key.record.id);
    await this.reload();
    return true;
  }

  /** Each key cycle, and whenever the wallet is opened online after a while. A clock that was set back says nothing of that while. */
  isDue(key: Key): boolean {
    const ended = key.record.standing === 'ended';
    const age = now() - (ended ? (key.record.endedAt ?? 0) : key.record.grantedAt);
    return age < 0 || age >= (ended ? ENDED_SECONDS : Math.min(HURRY_SECONDS, key.card.key.cycleSeconds));
  }

  get #top(): Screen | undefined {
    return this.#screens.at(-1);
  }

  #take(records: readonly HeldRecord[]): void {
    this.keys = records
      .map(readKey)
      .filter((key) => key !== undefined)
      .sort((a, b) => a.card.customer.localeCompare(b.card.customer));
  }

  #backTo(level: number): void {
    if (level >= this.#screens.length - 1) return;
    this.#top?.left?.();
    this.#screens.length = level + 1;
    this.draw();
  }
}
