/** Durable steps on folders: what a crash must not undo is flushed before the next step. */
import { open } from 'node:fs/promises'

/** Flushes a folder's entries to disk. Windows has no such call for folders: its file system journals names by itself. */
export async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
