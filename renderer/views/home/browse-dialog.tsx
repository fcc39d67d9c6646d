/** Choosing a file or folder without a native dialog. Names are evidence text and shown as such. */
import { useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { useApi, useWindow } from '../../shell/window-state.tsx'
import { Button, Dialog, Escape, formatBytes, Icon, Skeleton, TroubleNotice } from '../../widgets/index.ts'

export function BrowseDialog(props: {
  choose: 'file' | 'folder' | 'both'
  onChoose: (path: string) => void
  onClose: () => void
}) {
  const api = useApi()
  const { engine } = useWindow()
  const [path, setPath] = useState(engine.home)
  const [picked, setPicked] = useState<string>()
  const folder = useAnswer(`browse ${path}`, (signal) => api.files.browse({ path }, { signal }))
  const shown = folder.value
  const go = (to: string) => {
    setPicked(undefined)
    setPath(to)
  }
  const target = picked ?? (props.choose === 'file' ? undefined : (shown?.path ?? undefined))
  return (
    <Dialog
      open
      wide
      onClose={props.onClose}
      title={
        props.choose === 'folder'
          ? 'Choose a folder'
          : props.choose === 'file'
            ? 'Choose a file'
            : 'Choose evidence'
      }
      acts={
        <>
          <Button onPress={props.onClose}>Cancel</Button>
          <Button
            kind="primary"
            off={
              target === undefined
                ? 'Choose a file first'
                : folder.trouble
                  ? 'This folder cannot be read'
                  : false
            }
            onPress={() => {
              if (target !== undefined) props.onChoose(target)
            }}
          >
            {picked ? 'Choose this file' : props.choose === 'file' ? 'Choose' : 'Choose this folder'}
          </Button>
        </>
      }
    >
      <div className="browse">
        <div className="browse-head">
          <Button
            kind="quiet"
            small
            icon="up"
            label="Folder above"
            off={shown?.parent == null ? 'There is no folder above' : false}
            onPress={() => go(shown?.parent ?? path)}
          />
          <span className="mono cut" title={path}>
            <Escape text={shown?.path ?? path} />
          </span>
        </div>
        <TroubleNotice trouble={folder.trouble} again={folder.again} />
        {!shown && folder.slow ? <Skeleton rows={6} label="Reading the folder" /> : null}
        {shown && !folder.trouble ? (
          <ul className={folder.loading ? 'browse-list is-old' : 'browse-list'}>
            {shown.entries.map((entry) => (
              <li key={entry.path}>
                <button
                  type="button"
                  aria-pressed={entry.kind === 'folder' ? undefined : picked === entry.path}
                  disabled={entry.kind === 'other' || (entry.kind === 'file' && props.choose === 'folder')}
                  onClick={() => (entry.kind === 'folder' ? go(entry.path) : setPicked(entry.path))}
                  onDoubleClick={() => {
                    if (entry.kind === 'file') props.onChoose(entry.path)
                  }}
                >
                  <Icon name={entry.kind === 'folder' ? 'folder' : 'file'} />
                  <span className="cut">
                    <Escape text={entry.name} />
                  </span>
                  <span className="low num">{entry.kind === 'file' ? formatBytes(entry.size) : ''}</span>
                </button>
              </li>
            ))}
            {shown.entries.length === 0 ? (
              <li className="low small browse-none">This folder is empty.</li>
            ) : null}
            {shown.cut ? (
              <li className="low small browse-none">
                More entries than can be shown. Type the path instead.
              </li>
            ) : null}
          </ul>
        ) : null}
      </div>
    </Dialog>
  )
}
