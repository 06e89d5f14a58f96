// @ts-check
/** The conversation: one entry for each turn, with what was said and the commands as they go. Text only. */
import { brief } from './frames.js';
import { say } from './words.js';

const MOST = 60;
const MARKS = new Map([
  ['waiting', '·'], ['running', '▸'], ['done', '✓'], ['failed', '✕'], ['stopped', '–'], ['rejected', '⊘'], ['lost', '?'],
]);

/** @typedef {import('./wire.js').Frame} Frame */

export class Chat {
  /** @type {Map<string, {entry: HTMLElement, answer: HTMLElement, steps: HTMLElement, state: HTMLElement}>} */
  #turns = new Map();
  /** @type {Map<string, HTMLElement>} */
  #steps = new Map();

  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
    new ResizeObserver(() => this.#follow()).observe(list);
  }

  /** @param {string} id @param {string} text empty where the turn did not begin here */
  begin(id, text) {
    if (this.#turns.has(id)) return;
    const entry = document.createElement('div');
    entry.className = 'turn';
    const [said, answer, steps, state] = ['said', 'answer', 'steps', 'state'].map((name) => {
      const part = document.createElement(name === 'steps' ? 'ul' : 'p');
      part.className = name;
      entry.append(part);
      return part;
    });
    said.textContent = text;
    said.hidden = !text;
    answer.hidden = steps.hidden = true;
    state.textContent = say('turn.waiting');
    state.classList.add('waiting');
    this.#turns.set(id, { entry, answer, steps, state });
    this.#show(entry);
  }

  /** Something that the page itself has to say. @param {string} text @param {string} [kind] */
  note(text, kind = '') {
    const entry = document.createElement('p');
    entry.className = `note ${kind}`;
    entry.textContent = text;
    this.#show(entry);
    return entry;
  }

  /** @param {string} id @param {string} delta */
  write(id, delta) {
    const turn = this.#turns.get(id);
    if (!turn) return;
    turn.answer.hidden = false;
    turn.answer.textContent += delta;
    this.#follow();
  }

  /** Show how far a command is. @param {string | null} turn @param {string} id @param {string} state of `MARKS` @param {Frame} [frame] */
  step(turn, id, state, frame) {
    let step = this.#steps.get(id);
    const home = turn === null ? undefined : this.#turns.get(turn);
    if (!step && home && frame) {
      step = document.createElement('li');
      this.#steps.set(id, step);
      home.steps.hidden = false;
      home.state.hidden = true;
      home.steps.append(step);
    }
    if (!step) return;
    if (frame) {
      const args = brief(frame.args);
      step.replaceChildren(document.createElement('i'), document.createTextNode(frame.name));
      if (args) step.append(Object.assign(document.createElement('small'), { textContent: args }));
    }
    step.dataset.state = state;
    const mark = step.querySelector('i');
    if (mark) mark.textContent = MARKS.get(state) ?? '';
    if (frame) this.#follow();
  }

  /** @param {Frame} frame `turn.ended` */
  end(frame) {
    const turn = this.#turns.get(frame.turn);
    if (!turn) return;
    if (frame.text) turn.answer.textContent = frame.text;
    turn.answer.hidden = !frame.text;
    turn.state.classList.toggle('calm', frame.status === 'cancelled');
    const words = frame.status === 'completed' ? '' : say(`turn.${frame.status}`);
    this.close(frame.turn, [words, frame.error?.message].filter(Boolean).join(': '));
  }

  /** @param {string} id @param {string} words why it did not complete, or nothing */
  close(id, words) {
    const turn = this.#turns.get(id);
    if (!turn) return;
    turn.state.textContent = words;
    turn.state.hidden = !words;
    turn.state.classList.remove('waiting');
    this.#turns.delete(id);
    this.#follow();
  }

  /** The turns that have not ended. */
  get open() {
    return [...this.#turns.keys()];
  }

  /** @param {HTMLElement} entry */
  #show(entry) {
    this.list.append(entry);
    if (this.list.childElementCount > MOST) this.list.firstElementChild?.remove();
    if (this.#steps.size > 500) this.#steps.clear();
    this.#follow();
  }

  #follow() {
    this.list.scrollTop = this.list.scrollHeight;
  }
}
