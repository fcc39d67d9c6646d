/** Files dropped on the window. Electron tells their paths; a browser does not, and that is said. */
import { type DragEvent, useState } from 'react'

export interface Drop {
  readonly over: boolean
  readonly note: string
  readonly place: {
    onDragOver(drag: DragEvent): void
    onDragLeave(drag: DragEvent): void
    onDrop(drag: DragEvent): void
  }
}

export function useDrop(onPaths: (paths: readonly string[]) => void): Drop {
  const [over, setOver] = useState(false)
  const [note, setNote] = useState('')
  return {
    over,
    note,
    place: {
      onDragOver: (drag) => {
        drag.preventDefault()
        setOver(true)
      },
      onDragLeave: (drag) => {
        if (drag.currentTarget === drag.target) setOver(false)
      },
      onDrop: (drag) => {
        drag.preventDefault()
        setOver(false)
        const bridge = window.tasktrail
        const files = [...drag.dataTransfer.files]
        const paths = bridge ? files.map((file) => bridge.pathOf(file)).filter(Boolean) : []
        if (paths.length > 0) {
          setNote('')
          onPaths(paths)
        } else if (files.length > 0)
          setNote(
            'A browser does not tell where a dropped file lies. Choose Import evidence, then type or browse to its path.',
          )
      },
    },
  }
}
