// @ts-check
/** The page's words in both languages. */

/** @typedef {'en' | 'zh'} Language */

/** @type {ReadonlyMap<string, readonly [en: string, zh: string]>} */
const WORDS = new Map([
  ['planner', ['planner', '规划器']],
  ['again', ['Retry', '重试']],
  ['language', ['中文', 'English']],
  ['language.label', ['切换到中文', 'Switch to English']],
  ['stage', ['The room', '房间']],
  ['scene', ['Ling, a small spirit, in its room', '小灵，住在房间里的小器灵']],
  ['talk', ['Talk', '对话']],
  ['chips', ['Things to try', '试试这些']],
  ['label', ['Tell Ling what to do', '告诉小灵做什么']],
  ['placeholder', ['Tell Ling what to do…', '告诉小灵做什么……']],
  ['send', ['Send', '发送']],
  ['stop', ['Stop', '停止']],
  ['frames', ['Frames', '消息帧']],
  ['small', ['acks and pings', '确认与心跳']],
  ['copy', ['Copy', '复制']],
  ['copied', ['Copied', '已复制']],
  ['clear', ['Clear', '清空']],
  ['hello', ['Hi! I am Ling. Tell me what to do, or try one of these.', '你好！我是小灵。告诉我做什么，或者试试下面的。']],
  ['model', [
    'The offline planner serves: it knows plain instructions. For a model: set ANTHROPIC_API_KEY and restart the server.',
    '当前是离线规划器，只懂简单的指令。想用大模型：设置 ANTHROPIC_API_KEY 后重启服务器。',
  ]],
  ['status.connecting', ['connecting', '连接中']],
  ['status.open', ['connected', '已连接']],
  ['status.detached', ['reconnecting', '重连中']],
  ['status.closed', ['closed', '已关闭']],
  ['unreachable', ['the server does not answer', '服务器没有回应']],
  ['token', ['Open this page with #token=… behind its address.', '请在网址后加上 #token=…']],
  ['retry', ['again in {0} s', '{0} 秒后重试']],
  ['resumed', ['Back again; nothing was lost.', '重新连上了，什么都没丢。']],
  ['lost', ['A new session began: {0}.', '会话已重新开始：{0}。']],
  ['reason.epoch_changed', ['the server was restarted', '服务器重启过']],
  ['reason.expired', ['the old one was kept for too short a time', '旧会话已过期']],
  ['reason.gap', ['too much was missed to go on', '缺失的消息太多，无法继续']],
  ['reason.unauthorized', ['the old one is no longer ours', '旧会话已不属于本页']],
  ['reason.unknown', ['the server does not know the old one', '服务器不认识旧会话']],
  ['lost.commands', ['In doubt: {0}.', '不确定是否完成：{0}。']],
  ['lost.unsent', ['Not sent: {0}.', '未送达：{0}。']],
  ['turn.waiting', ['thinking', '思考中']],
  ['turn.cancelled', ['stopped', '已停止']],
  ['turn.failed', ['failed', '失败']],
  ['turn.refused', ['refused', '被拒绝']],
  ['turn.truncated', ['cut short', '被截断']],
  ['turn.lost', ['lost with its session', '随会话丢失']],
]);

/** @type {ReadonlyMap<Language, readonly string[]>} */
export const CHIPS = new Map([
  ['en', ['wave and then jump twice', 'walk to the window', 'turn pink and look happy', 'dance the twist', 'walk to the cushion and sit down', 'say "hello, world"', 'spin three times', 'how do you feel?', '挥挥手，然后跳两下']],
  ['zh', ['挥挥手，然后跳两下', '走到窗边', '变成粉色，笑一个', '跳个舞', '转三圈', '说“你好，世界”', '先坐下再睡觉', '你心情怎么样？', 'wave and then jump twice']],
]);

/** @type {Language} */
let current = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';

export const language = () => current;

/** The words for `key`, with `{0}` filled in. @param {string} key @param {...string} values */
export function say(key, ...values) {
  const pair = WORDS.get(key);
  if (!pair) return key;
  return values.reduce((text, value, i) => text.replaceAll(`{${i}}`, () => value), pair[current === 'zh' ? 1 : 0]);
}

/** Put the page into a language. @param {Language} chosen */
export function speak(chosen) {
  current = chosen;
  document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en';
  for (const [attribute, set] of /** @type {const} */ ([['t', ''], ['tLabel', 'aria-label'], ['tPlaceholder', 'placeholder']])) {
    const selector = `[data-${attribute.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}]`;
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))) {
      const text = say(node.dataset[attribute] ?? '');
      if (set) node.setAttribute(set, text);
      else node.textContent = text;
    }
  }
}
