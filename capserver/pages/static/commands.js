// @ts-check
/** What this page offers: each command with what tells the planner about it and what performs it, in one place. */
import * as motions from './motions.js';
import { EXPRESSIONS } from './rig.js';

/** @typedef {Record<string, any>} Args */
/**
 * @typedef {object} Context
 * @property {import('./figure.js').Figure} figure
 * @property {AbortSignal} signal
 * @property {(args: Args, signal: AbortSignal) => Promise<void>} speak
 */
/**
 * @typedef {object} Offer
 * @property {string} description
 * @property {Record<string, object>} [properties]
 * @property {string[]} [required]
 * @property {string[]} examples
 * @property {string} lane
 * @property {string[]} [stream]
 * @property {object} [returns]
 * @property {(context: Context, args: Args) => unknown} run
 */

const MOODS = ['cheerful', 'content', 'tired', 'asleep'];

/** @type {ReadonlyMap<string, Offer>} */
export const COMMANDS = new Map(Object.entries(/** @type {Record<string, Offer>} */ ({
  wave: {
    description: 'Wave a hand to greet or to say goodbye. 挥手打招呼或告别。',
    properties: { hand: { enum: ['left', 'right', 'both'], default: 'right', description: 'Which hand to wave: left 左手, right 右手, both 双手.' } },
    examples: ['wave', 'say hello', 'wave your {hand} hand', 'wave goodbye', '挥挥手', '打个招呼', '挥挥{hand}'],
    lane: 'body',
    run: ({ figure, signal }, args) => motions.wave(figure, args, signal),
  },
  jump: {
    description: 'Jump up and down on the spot. 原地跳跃。',
    properties: {
      times: { type: 'integer', minimum: 1, maximum: 10, default: 1, description: 'How many jumps. 跳几下。' },
      height: { enum: ['low', 'normal', 'high'], default: 'normal', description: 'How high: low 低, normal 普通, high 高.' },
    },
    examples: ['jump', 'jump {times} times', 'jump {height}', 'hop', '跳一跳', '跳{times}下', '跳{times}次', '蹦一蹦'],
    lane: 'body',
    run: ({ figure, signal }, args) => motions.jump(figure, args, signal),
  },
  spin: {
    description: 'Spin around on the spot. 原地转圈。',
    properties: {
      turns: { type: 'integer', minimum: 1, maximum: 5, default: 1, description: 'How many full turns. 转几圈。' },
      direction: { enum: ['left', 'right'], default: 'right', description: 'Which way round: left 向左, right 向右.' },
    },
    examples: ['spin', 'spin {turns} times', 'spin around {turns} times', 'turn around', 'spin to the {direction}', '转个圈', '转{turns}圈', '向{direction}转'],
    lane: 'body',
    run: ({ figure, signal }, args) => motions.spin(figure, args, signal),
  },
  dance: {
    description: 'Dance for a while. 跳一段舞。',
    properties: {
      style: { enum: ['bounce', 'sway', 'twist', 'shuffle'], default: 'bounce', description: 'The dance: bounce 蹦跳, sway 摇摆, twist 扭扭舞, shuffle 曳步舞.' },
      seconds: { type: 'number', minimum: 1, maximum: 15, default: 3, description: 'How long to dance, in seconds. 跳多少秒。' },
    },
    examples: ['dance', 'dance for {seconds} seconds', 'dance the {style}', 'do a little dance', '跳个舞', '跳{seconds}秒舞', '跳个{style}', '跳一段{style}'],
    lane: 'body',
    run: ({ figure, signal }, args) => motions.dance(figure, args, signal),
  },
  walk_to: {
    description: 'Walk to a place in the room. 走到房间里的一个地方。',
    properties: { spot: { type: 'string', 'x-vocabulary': 'spots', description: 'Where to go. 去哪里。' } },
    required: ['spot'],
    examples: ['walk to the {spot}', 'go to the {spot}', 'go over to the {spot}', '走到{spot}', '去{spot}那里', '到{spot}旁边去'],
    lane: 'body',
    run: ({ figure, signal }, args) => motions.walkTo(figure, /** @type {any} */ (args), signal),
  },
  sit: {
    description: 'Sit down where you are. 坐下。',
    examples: ['sit', 'sit down', 'take a seat', '坐下', '请坐', '坐一会儿'],
    lane: 'body',
    run: ({ figure, signal }) => motions.sit(figure, signal),
  },
  stand: {
    description: 'Stand up; wakes up first when asleep. 站起来，睡着时先醒来。',
    examples: ['stand', 'stand up', 'get up', 'wake up', '站起来', '起来', '起立', '醒醒', '起床'],
    lane: 'body',
    run: ({ figure, signal }) => motions.stand(figure, signal),
  },
  sleep: {
    description: 'Lie down and fall asleep. 躺下睡觉。',
    examples: ['sleep', 'go to sleep', 'take a nap', 'good night', '睡觉', '去睡吧', '打个盹', '晚安'],
    lane: 'body',
    run: ({ figure, signal }) => motions.sleep(figure, signal),
  },
  look_at: {
    description: 'Turn and look in a direction, as the person who watches sees it. 转头看向一个方向。',
    properties: { direction: { enum: ['left', 'right', 'up', 'down', 'front'], default: 'front', description: 'Where to look: left 左, right 右, up 上, down 下, front 前面 (the person).' } },
    examples: ['look {direction}', 'look to the {direction}', 'look at me', 'turn {direction}', '看{direction}', '往{direction}看', '看看{direction}'],
    lane: 'body',
    run: ({ figure, signal }, args) => motions.lookAt(figure, /** @type {any} */ (args), signal),
  },
  set_expression: {
    description: 'Show a feeling on the face. It stays until the next one. 做表情，保持到下一个表情。',
    properties: { expression: { enum: [...EXPRESSIONS.keys()], default: 'happy', description: 'The feeling: neutral 平静, happy 开心, sad 难过, surprised 惊讶, angry 生气, sleepy 困, love 爱心, shy 害羞.' } },
    examples: ['look {expression}', 'be {expression}', 'make a {expression} face', 'smile', '笑一个', '{expression}一点', '做个{expression}的表情'],
    lane: 'face',
    run: ({ figure, signal }, args) => motions.setExpression(figure, args, signal),
  },
  change_color: {
    description: 'Change the colour of your body. Give a colour by name, or any colour as hex. 变颜色。',
    properties: {
      color: { enum: [...motions.COLORS.keys()], description: 'By name: jade 玉色, red 红色, orange 橙色, yellow 黄色, green 绿色, blue 蓝色, purple 紫色, pink 粉色, white 白色, black 黑色.' },
      hex: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$', description: 'Any other colour, such as #ff8800; wins over color.' },
    },
    examples: ['turn {color}', 'change your color to {color}', 'become {color}', '变成{color}', '换个{color}'],
    lane: 'face',
    run: ({ figure, signal }, args) => motions.changeColor(figure, args, signal),
  },
  say: {
    description: 'Say something aloud; it appears in a speech bubble while you write it. 说话，内容会出现在气泡里。',
    properties: { text: { type: 'string', minLength: 1, maxLength: 400, description: 'What to say. 说的话。' } },
    required: ['text'],
    examples: ['say {text}', 'say "{text}"', 'tell me {text}', '说{text}', '说“{text}”', '讲{text}'],
    lane: 'voice',
    stream: ['text'],
    run: ({ speak, signal }, args) => speak(args, signal),
  },
  get_mood: {
    description: 'Find out how you feel right now: mood, energy in percent, posture, place and colour. 查看现在的心情、体力、姿势和位置。',
    returns: {
      type: 'object',
      properties: {
        mood: { enum: MOODS }, energy: { type: 'integer', minimum: 0, maximum: 100 }, expression: { type: 'string' },
        posture: { type: 'string' }, spot: { type: 'string' }, color: { type: 'string' },
      },
      required: ['mood', 'energy'],
      additionalProperties: false,
    },
    examples: ['how are you', 'how do you feel', 'how much energy do you have', '你心情怎么样', '你累不累', '你还有多少体力'],
    lane: 'mind',
    run: ({ figure }) => mood(figure),
  },
})));

/** @param {import('./figure.js').Figure} figure */
function mood({ facts }) {
  const awake = facts.energy > 60 ? 'cheerful' : facts.energy > 30 ? 'content' : 'tired';
  const { expression, posture, spot, color } = facts;
  return { mood: posture === 'asleep' ? 'asleep' : awake, energy: Math.round(facts.energy), expression, posture, spot, color };
}

const SPOTS = [
  { id: 'rug', names: ['rug', 'middle', 'centre', 'center', '地毯', '中间', '地毯上'], about: 'the round rug in the middle' },
  { id: 'plant', names: ['plant', 'flower pot', 'left', 'left side', '左边', '植物', '花盆', '盆栽'], about: 'on the left' },
  { id: 'window', names: ['window', 'moon window', '窗户', '窗边', '窗前', '窗'], about: 'at the back' },
  { id: 'cushion', names: ['cushion', 'pillow', '垫子', '坐垫', '蒲团'], about: 'red, on the right' },
  { id: 'lamp', names: ['lamp', 'light', 'right', 'right side', '右边', '灯', '台灯', '落地灯'], about: 'at the back on the right' },
];

/** The manifest, without `resume`. @param {string} locale BCP 47 @param {string} [token] */
export function manifest(locale, token) {
  return {
    type: 'manifest',
    protocol: 1,
    client: { name: 'capserver page', kind: 'web-pet', version: '1', locale },
    persona: 'You are Ling (小灵), a small, warm and playful spirit that lives in a round room. You act with your commands; you speak briefly, in the language of the person. To talk aloud, use say.',
    commands: [...COMMANDS].map(([name, offer]) => declare(name, offer)),
    vocabulary: { spots: SPOTS },
    ...(token && { token }),
  };
}

/** @param {string} name @param {Offer} offer */
function declare(name, { description, properties = {}, required = [], examples, lane, stream, returns }) {
  const parameters = { type: 'object', properties, ...(required.length && { required }), additionalProperties: false };
  return { name, description, parameters, examples, lane, ...(stream && { stream }), ...(returns && { returns }) };
}
