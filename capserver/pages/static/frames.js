// @ts-check
/** The live list of frames: the newest 200, text only, each with its JSON to unfold. */

const MOST = 200;
const SMALL = new Set(['ack', 'ping', 'pong']);

/** @typedef {import('./wire.js').Frame} Frame */

/** @param {string} tag @param {string} name @param {string} [text] */
function element(tag, name, text = '') {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

/** What a frame says, in a few words. @param {Frame} f @returns {string} */
function summary(f) {
  const quoted = (/** @type {unknown} */ text) => `“${text}”`;
  /** @type {Map<string, () => string>} */
  const words = new Map([
    ['manifest', () => (f.resume ? `resume upto ${f.resume.upto}` : `${f.commands?.length ?? 0} commands`)],
    ['welcome', () => `${f.resumed ? 'resumed' : 'new session'} · ${f.planner}`],
    ['instruct', () => quoted(f.text)],
    ['turn.started', () => ''],
    ['text', () => quoted(f.delta)],
    ['command.delta', () => `${f.name} ${f.param} += ${quoted(f.delta)}`],
    ['command', () => `${f.name}(${brief(f.args)})`],
    ['command.rejected', () => `${f.name}: ${f.errors?.[0]?.message ?? ''}`],
    ['result', () => (f.ok ? `ok ${f.value === undefined ? '' : JSON.stringify(f.value)}` : `${f.error?.code}: ${f.error?.message}`)],
    ['cancel', () => f.reason ?? f.id],
    ['turn.ended', () => `${f.status} · ${f.commands} · ${Math.round(f.timing?.total_ms ?? 0)} ms`],
    ['error', () => `${f.code}: ${f.message}`],
    ['ack', () => `upto ${f.upto}`],
  ]);
  return words.get(f.type)?.() ?? '';
}

/** Arguments in one line. @param {Frame | undefined} args */
export function brief(args) {
  return Object.entries(args ?? {}).map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ');
}

export class FrameList {
  #kept = /** @type {{direction: string, text: string, item: HTMLElement, small: boolean}[]} */ ([]);
  #total = 0;

  /** @param {HTMLElement} list @param {HTMLElement} count */
  constructor(list, count) {
    this.list = list;
    this.count = count;
  }

  /** @param {'in' | 'out'} direction @param {string} text @param {Frame | null} frame @param {boolean} again */
  add(direction, text, frame, again) {
    const item = this.#row(direction, text, frame, again);
    const follow = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    const small = SMALL.has(frame?.type ?? '');
    this.#kept.push({ direction, text, item, small });
    this.list.append(item);
    // A page left open must not lose what matters to a night of pings.
    const old = this.#kept.length > MOST ? Math.max(0, this.#kept.findIndex((kept) => kept.small)) : -1;
    if (old >= 0) this.#kept.splice(old, 1)[0].item.remove();
    this.count.textContent = String(++this.#total);
    if (follow) this.list.scrollTop = this.list.scrollHeight;
  }

  /** As a transcript: `> frame` sent, `< frame` received. @returns {string} */
  transcript() {
    return this.#kept.map(({ direction, text }) => `${direction === 'out' ? '>' : '<'} ${text}`).join('\n');
  }

  clear() {
    this.#kept.length = this.#total = 0;
    this.list.replaceChildren();
    this.count.textContent = '0';
  }

  /** @param {'in' | 'out'} direction @param {string} text @param {Frame | null} frame @param {boolean} again */
  #row(direction, text, frame, again) {
    const item = element('li', `frame ${direction}`);
    const kind = String(frame?.type ?? '?');
    item.classList.toggle('small', SMALL.has(kind));
    item.classList.toggle('again', again);
    item.dataset.type = kind;
    const details = document.createElement('details');
    const head = element('summary', '');
    const arrow = element('span', 'arrow', direction === 'out' ? '↑' : '↓');
    arrow.setAttribute('aria-label', direction === 'out' ? 'sent' : 'received');
    head.append(arrow, element('b', '', kind), element('span', 'about', frame ? summary(frame) : text.slice(0, 80)));
    if (Number.isInteger(frame?.seq)) head.append(element('span', 'seq', `#${frame?.seq}`));
    details.append(head);
    details.addEventListener('toggle', () => { if (details.open && !details.querySelector('pre')) details.append(pretty(text)); });
    item.append(details);
    return item;
  }
}

/** @param {string} text */
function pretty(text) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // what is no JSON is shown as it came
  }
  const block = element('pre', '', shown);
  block.tabIndex = 0;
  return block;
}
