// The page only shows and pushes: it holds no control that opens a door without a key. What comes from the reader is put in as text, never as markup.
const LANGUAGES = ['en', 'cs'];
const WAYS = { 1: 'bluetooth', 2: 'internet', 4: 'qr', 8: 'pass', 16: 'nfc', 32: 'badge', 64: 'pin', 128: 'console' };
const AGAIN_MS = 2000;
const $ = id => document.getElementById(id);
const still = matchMedia('(prefers-reduced-motion: reduce)');

const language = new URLSearchParams(location.search).get('lang')
  ?? navigator.languages.map(l => l.slice(0, 2)).find(l => LANGUAGES.includes(l)) ?? 'en';
const texts = await (await fetch(`${LANGUAGES.includes(language) ? language : 'en'}.json`)).json();
const say = (key, values = {}) => (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
document.documentElement.lang = texts.lang;
for (const element of document.querySelectorAll('[data-text]')) element.textContent = say(element.dataset.text);

let state, turn = -1, steps = [], closesAt = 0, audio = null;

const time = ms => new Intl.DateTimeFormat(texts.lang, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(ms);
const who = event => event.user ? say('who.user', { id: event.user, hex: event.user.toString(16).toUpperCase() })
  : event.kind === 'decision' ? say(event.credential === 5 ? 'who.console' : 'who.unknown') : say('who.door');

function chip(element, look, icon, words) {
  element.className = element.className.replace(/\b(ok|warn|bad|info)\b/g, '').trim();
  if (look) element.classList.add(look);
  element.dataset.icon = icon;
  element.textContent = words;
}

function light(colour) { document.body.dataset.light = colour; }

// Plays the pattern of a signal once; the reader says which steps, so a real lamp and this one blink alike.
function play(signal) {
  steps.forEach(clearTimeout);
  steps = [];
  const blinks = still.matches ? signal.lights.slice(0, 1) : signal.lights;
  let at = 0;
  for (const [colour, ms] of blinks) {
    steps.push(setTimeout(() => light(colour), at));
    at += ms;
  }
  if (blinks.length && !still.matches) steps.push(setTimeout(() => light(state.door.light), at));
  if (audio) sound(signal.tones);
}

function sound(tones) {
  let at = audio.currentTime;
  for (const [hertz, ms] of tones) {
    if (hertz) {
      const tone = new OscillatorNode(audio, { frequency: hertz, type: 'square' }), volume = new GainNode(audio, { gain: .05 });
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + ms / 1000);
    }
    at += ms / 1000;
  }
}

function verdict() {
  const { door, last } = state, box = $('verdict');
  const left = Math.max(0, Math.ceil((closesAt - performance.now()) / 1000));
  let kind = 'ready', title = say('ready.title'), words = say(state.bundle ? 'ready.words' : 'ready.norules');
  if (door.held) [kind, title, words] = ['open', say('reason.granted_held_open'), say('held.words')];
  else if (door.signal === 'deciding') [kind, title, words] = ['deciding', say('deciding.title'), say('deciding.words')];
  else if (door.signal === 'identify') [kind, title, words] = ['deciding', say('identify.title'), say('identify.words')];
  else if (door.bolt === 'drawn') [kind, title, words] = ['open', say('open.title'), say('open.words', { who: last ? who(last) : '', n: left })];
  else if (door.signal !== 'ready' && door.signal !== 'granted' && last) [kind, title, words] = ['refused', say(`reason.${last.reason}`), `${who(last)}, ${time(last.at)}`];
  else if (!state.inService) [kind, title, words] = ['refused', say('reason.reader_disabled'), say('disabled.words')];
  box.dataset.class = kind;
  if ($('title').textContent !== title) $('title').textContent = title;
  $('words').textContent = words;
}

function link() {
  const { link } = state;
  const [look, icon] = { connected: ['ok', '✓'], connecting: ['warn', '…'], offline: ['warn', '!'], cut: ['bad', '✕'], refused: ['bad', '!'] }[link.state];
  chip($('link'), look, icon, say(`link.${link.state}`));
  $('link').title = link.words ?? '';
  $('cut').setAttribute('aria-pressed', String(link.state === 'cut'));
  $('cut').textContent = say(link.state === 'cut' ? 'act.mend' : 'act.cut');
}

function log() {
  $('none').hidden = state.events.length > 0;
  $('events').replaceChildren(...state.events.map(event => {
    const row = document.createElement('li'), at = document.createElement('time'), name = document.createElement('span'), mark = document.createElement('span');
    at.textContent = time(event.at);
    at.dateTime = new Date(event.at).toISOString();
    name.className = 'who';
    name.textContent = who(event);
    mark.className = 'chip';
    if (event.kind !== 'decision') chip(mark, '', '·', say(`kind.${event.kind}`));
    else if (event.granted) chip(mark, 'ok', '✓', say('event.opened'));
    else chip(mark, 'bad', '✕', say(`reason.${event.reason}`));
    row.append(at, name, mark);
    return row;
  }));
}

function show() {
  const { door, last, bundle, clock } = state;
  document.title = `${state.name} · ${say('virtual')}`;
  $('name').textContent = state.name;
  $('unsafe').hidden = !state.demo;
  document.body.dataset.bolt = door.bolt;
  document.body.dataset.leaf = door.leaf;
  $('bolt').textContent = say(`bolt.${door.bolt}`);
  $('leaf').textContent = say(`leaf.${door.leaf}`);
  $('picture').textContent = say('picture', { leaf: say(`leaf.${door.leaf}`), bolt: say(`bolt.${door.bolt}`), light: say(`light.${door.light}`) });
  $('decided').textContent = last?.ms != null ? say('ms', { n: last.ms }) : '–';
  $('way').textContent = last ? say(`way.${WAYS[last.way] ?? 'none'}`) : '–';
  $('buzzer').textContent = say(`buzzer.${door.signal}`);
  $('bundle').textContent = bundle ? `${bundle.epoch} · ${bundle.seq}${bundle.expired ? ` · ${say('bundle.expired')}` : ''}` : say('bundle.none');
  $('waiting').textContent = state.waiting ? say('waiting.some', { n: state.waiting }) : say('waiting.none');
  $('clock').textContent = say(clock.trusted ? 'clock.trusted' : 'clock.own');
  $('push').hidden = $('cut').hidden = !state.acts;
  $('radio').parentElement.hidden = !state.radio;
  $('radio').textContent = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/radio`;
  closesAt = performance.now() + door.left * 1000;
  if (door.turn !== turn) {
    const first = turn < 0;
    turn = door.turn;
    light(door.light);
    if (!first) play(state.pattern);
  } else if (!steps.length || !state.pattern.lights.length) {
    light(door.light);
  }
  if (door.signal === 'ready' || door.signal === 'granted') {
    if (door.signal === 'ready') { steps.forEach(clearTimeout); steps = []; }
    light(door.light);
  }
  verdict();
  link();
  log();
}

function listen() {
  const live = new EventSource('live');
  live.onmessage = message => {
    state = JSON.parse(message.data);
    show();
  };
  live.onerror = () => {
    live.close();
    chip($('link'), 'bad', '✕', say('link.gone'));
    setTimeout(listen, AGAIN_MS);
  };
}

const act = (path, body) => fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
$('push').onclick = async () => {
  const answer = await (await act('push', {})).json();
  if (!answer.opened && state.door.leaf === 'closed') $('words').textContent = say('push.shut');
};
$('cut').onclick = () => act('cut', { cut: state.link.state !== 'cut' });
$('sound').onclick = () => {
  if (audio) { audio.close(); audio = null; } else audio = new AudioContext();
  $('sound').setAttribute('aria-pressed', String(audio !== null));
};
$('sound').textContent = say('act.sound');
$('cut').textContent = say('act.cut');
chip($('link'), 'warn', '…', say('link.connecting'));
setInterval(() => { if (state?.door.bolt === 'drawn') verdict(); }, 500);
listen();
