import type { App, Screen } from '../app.ts';
import { BASE32, DIGITS, inGroups, readCode, type CodeReading } from '../credentials/code.ts';
import { askForNewCode, Problem } from '../server/calls.ts';
import { h, icon } from './dom.ts';
import { arrival } from './arrival.ts';
import { button, note, page } from './parts.ts';
import { codeProblem } from './problems.ts';

/** The code typed, pasted or scanned: one field, forgiving, and it says how far it has come. */
export function enterCode(app: App, typed = '', problem?: Problem): Screen {
  const { texts } = app;
  let text = typed;
  let failed = problem;
  let looking = false;
  const screen: Screen = { draw };
  return screen;

  function draw(): HTMLElement {
    const status = h('span', { class: 'status', id: 'code-status', aria: { live: 'polite' } });
    const fault = h('p', { class: 'fault', id: 'code-fault', aria: { role: 'alert' } });
    const input = h('input', {
      class: 'one mono',
      id: 'code',
      type: 'text',
      value: text,
      autocapitalize: 'characters',
      autocomplete: 'one-time-code',
      spellcheck: false,
      enterKeyHint: 'go',
      aria: { describedby: 'code-hint code-status code-fault' },
      oninput: () => {
        text = input.value;
        failed = undefined;
        fault.textContent = '';
        input.removeAttribute('aria-invalid');
        mark();
        if (readCode(text).kind === 'good') submit();
      },
      onkeydown: (event) => {
        if (event.key === 'Enter') submit();
      },
    });
    const mark = () => {
      const reading = readCode(text);
      status.className = reading.kind === 'good' ? 'status ok' : 'status';
      status.replaceChildren(
        ...(reading.kind === 'good'
          ? [icon('okc'), texts.code.complete]
          : text.trim() === ''
            ? []
            : [progress(app, reading, text)]),
      );
    };
    const submit = () => {
      const reading = readCode(text);
      if (reading.kind === 'good') return void find(reading.canonical);
      fault.textContent = complaint(app, reading);
      input.setAttribute('aria-invalid', 'true');
      input.focus();
    };
    mark();
    return page(
      app,
      texts.code.title,
      h('p', { class: 'mut' }, texts.code.say),
      failed && problemNote(app, failed, text),
      h(
        'div',
        { class: 'cd' },
        h('label', { htmlFor: 'code' }, texts.code.label),
        status,
        input,
        h('p', { class: 'mut small', id: 'code-hint' }, texts.code.hint),
        fault,
        h(
          'div',
          { class: 'alt' },
          button(texts.acts.scan, () => void scan(), 'quiet', 'camera'),
          button(texts.acts.paste, () => void paste(input, fault), 'quiet', 'paste'),
        ),
      ),
      h(
        'div',
        { class: 'foot' },
        h(
          'button',
          { class: 'wb', type: 'button', onclick: submit, disabled: looking },
          looking ? texts.code.looking : texts.acts.next,
        ),
      ),
    );
  }

  async function find(canonical: string): Promise<void> {
    if (looking) return;
    looking = true;
    text = inGroups(canonical);
    app.refresh();
    app.say(texts.code.looking);
    try {
      const next = await arrival(app, canonical);
      if (!app.isTop(screen)) return;
      if (next === 'home') app.home();
      else app.replace(next);
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      failed = caught;
    } finally {
      looking = false;
      if (app.isTop(screen)) app.refresh();
    }
  }

  async function paste(input: HTMLInputElement, fault: HTMLElement): Promise<void> {
    try {
      input.value = await navigator.clipboard.readText();
      input.dispatchEvent(new Event('input'));
      const reading = readCode(input.value);
      if (reading.kind !== 'good') fault.textContent = complaint(app, reading);
    } catch {
      fault.textContent = texts.code.pasteDenied;
    }
    input.focus();
  }

  async function scan(): Promise<void> {
    const { scanCode } = await import('./scan.ts');
    app.go(
      scanCode(app, (canonical) => {
        text = inGroups(canonical);
        void find(canonical);
      }),
    );
  }
}

/** A refusal by the server, with what can be done about it. */
export function problemNote(app: App, problem: Problem, code: string): HTMLElement {
  const { title, say, act } = codeProblem(app, problem);
  const box = note('bad', 'warn', title, h('p', {}, say));
  if (act === 'ask') box.lastElementChild!.append(askAct(app, problem, code, box));
  if (act === 'reload') box.lastElementChild!.append(button(app.texts.acts.reload, () => void app.update(), 'quiet'));
  return box;
}

function askAct(app: App, problem: Problem, code: string, box: HTMLElement): HTMLElement {
  const { texts } = app;
  return button(
    texts.acts.ask,
    () =>
      void (async () => {
        const reading = readCode(code);
        try {
          await askForNewCode(location.origin, reading.kind === 'good' ? reading.canonical : code);
          const said = texts.problems.asked(problem.text('customer') ?? texts.problems.yourSite);
          box.replaceWith(note('info', 'okc', said.title, h('p', {}, said.say)));
        } catch (caught) {
          if (!(caught instanceof Problem)) throw caught;
          box.replaceWith(problemNote(app, caught, code));
        }
      })(),
    'quiet',
  );
}

function progress(app: App, reading: CodeReading, text: string): string {
  const digits = /^[0-9\s\-._]*$/.test(text) && text.replace(/[^0-9]/g, '').length > BASE32.characters;
  const want = digits ? DIGITS.characters : BASE32.characters;
  const have =
    reading.kind === 'incomplete' || reading.kind === 'too_long'
      ? reading.have
      : reading.kind === 'mistyped'
        ? want
        : text.replace(/[^0-9a-z]/gi, '').length;
  return app.texts.code.left(have, want);
}

function complaint(app: App, reading: CodeReading): string {
  const words = app.texts.code;
  switch (reading.kind) {
    case 'good':
      return '';
    case 'bad_character':
      return words.badCharacter(reading.character);
    case 'incomplete':
      return (reading.digits ? words.incompleteDigits : words.incomplete)(reading.have, reading.want);
    case 'too_long':
      return words.tooLong(reading.have, reading.want);
    case 'mistyped':
      return words.mistyped;
  }
}
