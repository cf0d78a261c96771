import type { App, Screen } from '../app.ts';
import { inGroups } from '../credentials/code.ts';
import { h } from './dom.ts';
import { button } from './parts.ts';

/** iPhone and iPad: the installed wallet has a storage of its own, so nothing is activated in the browser. */
export function homeScreenFirst(app: App, code: string | undefined): Screen {
  const { texts } = app;
  let copied = false;
  return {
    draw: () =>
      h(
        'div',
        { class: 'w' },
        h(
          'main',
          { class: 'page lone' },
          h('h1', { class: 't', tabIndex: -1 }, texts.install.appleTitle),
          h('p', { class: 'mut' }, texts.install.appleSay),
          code === undefined
            ? h('p', {}, texts.install.noCode)
            : h(
                'ol',
                { class: 'wc steps' },
                ...texts.install.steps.map((step, index) =>
                  h('li', {}, h('span', { class: 'm', aria: { hidden: 'true' } }, String(index + 1)), h('b', {}, step)),
                ),
              ),
          code !== undefined &&
            h(
              'div',
              { class: 'cd' },
              h('span', { class: 'label' }, texts.code.label),
              h('div', { class: 'one mono still', id: 'code-still' }, inGroups(code, ' ')),
            ),
          code !== undefined &&
            h(
              'div',
              { class: 'foot' },
              button(copied ? texts.acts.copied : texts.acts.copy, () => void copy(code), 'primary', copied ? 'check' : 'copy'),
            ),
        ),
      ),
  };

  async function copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(inGroups(text));
    } catch {
      // The browser won't; the code is marked, for the person to copy by hand.
      return getSelection()?.selectAllChildren(document.getElementById('code-still')!);
    }
    copied = true;
    app.refresh();
  }
}
