// Loaded before everything else (`node --import`): reads of a file whose path holds TEST_FAILS_IN fail with EIO in the bytes of
// TEST_FAILS_AT (`from-to`), as those of a bad disk do. Worker threads load it too.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const part = process.env.TEST_FAILS_IN ?? '\0'
const [from, to] = (process.env.TEST_FAILS_AT ?? '0-0').split('-').map(Number)
const watched = new Map()
const { openSync, readSync, closeSync } = fs
fs.openSync = (path, ...rest) => {
  const file = openSync(path, ...rest)
  if (String(path).includes(part)) watched.set(file, 0)
  return file
}
fs.closeSync = (file) => {
  watched.delete(file)
  closeSync(file)
}
fs.readSync = (file, bytes, offset, length, position) => {
  if (!watched.has(file)) return readSync(file, bytes, offset, length, position)
  const at = position ?? watched.get(file)
  if (at < to && at + length > from)
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', errno: -5, syscall: 'read' })
  const read = readSync(file, bytes, offset, length, position)
  if (position === null || position === undefined) watched.set(file, at + read)
  return read
}
syncBuiltinESMExports()
