import type { TaskHistory } from './doors.ts'
import type { Style } from './terminal.ts'
export function tasksText(
  tasks: readonly TaskHistory[],
  columns: number,
  _paint: (text: string, style: Style) => string,
): string {
  return `${tasks.length} ${columns}`
}
