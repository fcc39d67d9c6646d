import { useState } from 'react'
import { type Trouble, troubleOf } from '../../api/trouble.ts'
import { useApi, useWindow } from '../../shell/window-state.tsx'
import { Button, TroubleNotice } from '../../widgets/index.ts'
import { PathField, pathsOf } from './path-field.tsx'

/** A case folder that is not among the recent ones. */
export function FolderPanel() {
  const api = useApi()
  const { show } = useWindow()
  const [path, setPath] = useState('')
  const [missing, setMissing] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const open = async () => {
    const [dir] = pathsOf(path)
    setMissing(dir === undefined)
    if (dir === undefined) return
    try {
      show(await api.cases.open({ dir }))
    } catch (error) {
      setTrouble(troubleOf(error))
    }
  }
  return (
    <form
      className="panel"
      onSubmit={(submit) => {
        submit.preventDefault()
        void open()
      }}
    >
      <TroubleNotice trouble={trouble} />
      <PathField
        label="Case folder"
        hint="The folder that holds the case’s evidence and custody journal."
        value={path}
        onValue={(value) => {
          setPath(value)
          setMissing(false)
        }}
        choose="case"
        fault={missing ? 'Name the folder of the case.' : undefined}
      />
      <div className="panel-acts">
        <Button kind="primary" type="submit">
          Open
        </Button>
      </div>
    </form>
  )
}
