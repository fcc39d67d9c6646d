/**
 * Makes a WebAssembly module of a text: the folded form of the standard's own text format, so far as we use it, and what makes it
 * easier to read: a bare `$name` is a local, a bare number an i32, `$name.field` the i32 that stands at the field's offset from
 * the address `$name`, `@field` the one that stands at the field's offset itself; `set` stores in all of them; `(while condition …)`
 * loops.
 */

type Node = string | readonly Node[]
type List = readonly Node[]

const valueTypes: Readonly<Record<string, number>> = { i32: 0x7f, i64: 0x7e }
const plain: Readonly<Record<string, number>> = {
  drop: 0x1a,
  select: 0x1b,
  return: 0x0f,
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_s': 0x4a,
  'i32.gt_u': 0x4b,
  'i32.le_u': 0x4d,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'i64.eqz': 0x50,
  'i64.eq': 0x51,
  'i64.ne': 0x52,
  'i64.lt_u': 0x54,
  'i64.gt_u': 0x56,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.xor': 0x73,
  'i32.shl': 0x74,
  'i32.shr_u': 0x76,
  'i64.add': 0x7c,
  'i64.sub': 0x7d,
  'i64.mul': 0x7e,
  'i64.and': 0x83,
  'i64.or': 0x84,
  'i64.xor': 0x85,
  'i64.shl': 0x86,
  'i64.shr_u': 0x88,
  'i64.rotl': 0x89,
  'i32.wrap_i64': 0xa7,
  'i64.extend_i32_u': 0xad,
}
const memory: Readonly<Record<string, number>> = {
  'i32.load': 0x28,
  'i64.load': 0x29,
  'i32.load8_u': 0x2d,
  'i32.load16_u': 0x2f,
  'i32.store': 0x36,
  'i64.store': 0x37,
  'i32.store8': 0x3a,
  'i32.store16': 0x3b,
}
const end = 0x0b
const noResult = 0x40

/**
 * The bytes of the module.
 * @param fields offsets in bytes
 * @throws Error that names what is wrong with the text
 */
export function assemble(text: string, fields: Readonly<Record<string, number>>): Uint8Array<ArrayBuffer> {
  return new Assembler(fields).module(parse(text))
}

function parse(text: string): List {
  const open: Node[][] = [[]]
  for (const [word] of text.replace(/;;.*/g, '').matchAll(/[()]|"[^"]*"|[^\s()]+/g)) {
    if (word === '(') open.push([])
    else if (word === ')') {
      const list = open.pop() as Node[]
      if (open.length === 0) throw new Error('one ")" too many')
      open.at(-1)?.push(list)
    } else open.at(-1)?.push(word)
  }
  const [whole] = open[0] as Node[]
  if (open.length !== 1 || !Array.isArray(whole)) throw new Error('a ")" is missing')
  return whole
}

const isList = (node: Node | undefined): node is List => Array.isArray(node)
const isForm = (node: Node | undefined, name: string): node is List => isList(node) && node[0] === name

function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest ? low | 0x80 : low)
  } while (rest)
  return bytes
}
function signed(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = value; ; ) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}
const vector = (entries: readonly (readonly number[])[]) => [...unsigned(entries.length), ...entries.flat()]
const name = (quoted: Node | undefined) => {
  const bytes = [...new TextEncoder().encode(String(quoted).slice(1, -1))]
  return [...unsigned(bytes.length), ...bytes]
}
const section = (id: number, entries: readonly (readonly number[])[]) => {
  const content = vector(entries)
  return entries.length === 0 ? [] : [id, ...unsigned(content.length), ...content]
}
const typeOf = (node: Node | undefined): number => {
  const type = valueTypes[String(node)]
  if (type === undefined) throw new Error(`no type ${String(node)}`)
  return type
}

interface Signature {
  readonly params: readonly (readonly [string, number])[]
  readonly results: readonly number[]
}

class Assembler {
  readonly #types: number[][] = []
  readonly #functions = new Map<string, number>()
  readonly #fields: Readonly<Record<string, number>>

  constructor(fields: Readonly<Record<string, number>>) {
    this.#fields = fields
  }

  module([, ...fields]: List): Uint8Array<ArrayBuffer> {
    const imports: number[][] = []
    const exports: number[][] = []
    const bodies: List[] = []
    const declared: number[][] = []
    for (const field of fields as List[]) {
      const [kind, ...rest] = field
      if (kind === 'import') imports.push(this.#import(rest))
      else if (kind === 'func') {
        const number = this.#functions.size
        this.#functions.set(String(rest[0]), number)
        declared.push(unsigned(this.#type(signatureOf(rest))))
        for (const one of rest)
          if (isForm(one, 'export')) exports.push([...name(one[1]), 0, ...unsigned(number)])
        bodies.push(rest)
      } else throw new Error(`no such part of a module: ${String(kind)}`)
    }
    const code = bodies.map((body) => {
      const bytes = this.#body(body)
      return [...unsigned(bytes.length), ...bytes]
    })
    return Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, this.#types),
      ...section(2, imports),
      ...section(3, declared),
      ...section(7, exports),
      ...section(10, code),
    ])
  }

  #import([from, as, what]: List): number[] {
    const [kind, ...rest] = what as List
    if (kind === 'memory')
      return [...name(from), ...name(as), 2, 3, ...unsigned(Number(rest[0])), ...unsigned(Number(rest[1]))]
    this.#functions.set(String(rest[0]), this.#functions.size)
    return [...name(from), ...name(as), 0, ...unsigned(this.#type(signatureOf(rest)))]
  }

  #type({ params, results }: Signature): number {
    const bytes = [
      0x60,
      ...vector(params.map(([, type]) => [type])),
      ...vector(results.map((type) => [type])),
    ]
    const known = this.#types.findIndex((one) => one.join() === bytes.join())
    return known >= 0 ? known : this.#types.push(bytes) - 1
  }

  #constant([kind, value]: List): number[] {
    const number = BigInt(String(value))
    return kind === 'i64.const'
      ? [0x42, ...signed(BigInt.asIntN(64, number))]
      : [0x41, ...signed(BigInt.asIntN(32, number))]
  }

  #body(rest: List): number[] {
    const locals = new Map<string, number>()
    for (const [label] of signatureOf(rest).params) locals.set(label, locals.size)
    const own: number[][] = []
    for (const one of rest.slice(1)) {
      if (!isForm(one, 'local')) continue
      locals.set(String(one[1]), locals.size)
      own.push([1, typeOf(one[2])])
    }
    const code = rest
      .slice(1)
      .filter((one) => !['export', 'param', 'result', 'local'].some((head) => isForm(one, head)))
    return [...vector(own), ...code.flatMap((one) => this.#code(one, locals, [])), end]
  }

  /** @param labels of the blocks around it, the innermost last */
  #code(node: Node, locals: ReadonlyMap<string, number>, labels: readonly string[]): number[] {
    const all = (nodes: List, around = labels) => nodes.flatMap((one) => this.#code(one, locals, around))
    const branch = (label: Node | undefined) => {
      const depth = labels.toReversed().indexOf(String(label))
      if (depth < 0) throw new Error(`no block ${String(label)}`)
      return unsigned(depth)
    }
    const found = (known: ReadonlyMap<string, number>, label: Node | undefined) => {
      const number = known.get(String(label))
      if (number === undefined) throw new Error(`no ${String(label)}`)
      return unsigned(number)
    }
    const field = (label: string): number[] => {
      const offset = this.#fields[label]
      if (offset === undefined) throw new Error(`no field ${label}`)
      return unsigned(offset)
    }
    /** Address and offset of what is stored in memory under a name; undefined for a local. */
    const placed = (label: string): { readonly address: number[]; readonly offset: number[] } | undefined => {
      if (label.startsWith('@')) return { address: [0x41, 0], offset: field(label.slice(1)) }
      const dot = label.indexOf('.')
      return dot < 0
        ? undefined
        : { address: [0x20, ...found(locals, label.slice(0, dot))], offset: field(label.slice(dot + 1)) }
    }
    if (!isList(node)) {
      const inMemory = placed(node)
      if (inMemory) return [...inMemory.address, 0x28, 0, ...inMemory.offset]
      return node.startsWith('$') ? [0x20, ...found(locals, node)] : this.#constant(['i32.const', node])
    }
    const [head, ...rest] = node as [string, ...Node[]]
    switch (head) {
      case 'i32.const':
      case 'i64.const':
        return this.#constant(node)
      case 'set': {
        const inMemory = placed(String(rest[0]))
        return inMemory
          ? [...inMemory.address, ...all(rest.slice(1)), 0x36, 0, ...inMemory.offset]
          : [...all(rest.slice(1)), 0x21, ...found(locals, rest[0])]
      }
      case 'tee':
        return [...all(rest.slice(1)), 0x22, ...found(locals, rest[0])]
      case 'call':
        return [...all(rest.slice(1)), 0x10, ...found(this.#functions, rest[0])]
      case 'block':
        return [0x02, noResult, ...all(rest.slice(1), [...labels, String(rest[0])]), end]
      case 'loop':
        return [0x03, noResult, ...all(rest.slice(1), [...labels, String(rest[0])]), end]
      case 'while': {
        const inside = [...labels, '', '']
        const leave = [...all(rest.slice(0, 1), inside), 0x45, 0x0d, 1]
        return [0x02, noResult, 0x03, noResult, ...leave, ...all(rest.slice(1), inside), 0x0c, 0, end, end]
      }
      case 'br':
        return [0x0c, ...branch(rest[0])]
      case 'br_if':
        return [...all(rest.slice(1)), 0x0d, ...branch(rest[0])]
      case 'if': {
        const [condition, then, otherwise] = rest as [Node, List, List | undefined]
        const inside = [...labels, '']
        const second = otherwise ? [0x05, ...all(otherwise.slice(1), inside)] : []
        return [...all([condition]), 0x04, noResult, ...all(then.slice(1), inside), ...second, end]
      }
      case 'memory.copy':
        return [...all(rest), 0xfc, 10, 0, 0]
      case 'memory.fill':
        return [...all(rest), 0xfc, 11, 0]
    }
    const opcode = plain[head]
    if (opcode !== undefined) return [...all(rest), opcode]
    const access = memory[head]
    if (access === undefined) throw new Error(`no instruction ${head}`)
    const offset = String(rest[0]).startsWith('offset=') ? Number(String(rest[0]).slice(7)) : undefined
    return [...all(offset === undefined ? rest : rest.slice(1)), access, 0, ...unsigned(offset ?? 0)]
  }
}

function signatureOf(rest: List): Signature {
  const params: [string, number][] = []
  const results: number[] = []
  for (const one of rest) {
    if (isForm(one, 'param')) params.push([String(one[1]), typeOf(one[2])])
    if (isForm(one, 'result')) results.push(typeOf(one[1]))
  }
  return { params, results }
}
