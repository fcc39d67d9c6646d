/** The bytes of a place that is no record, over whatever view named it: one press there, Esc back. */
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'
import type { BytePlace } from '../../src/contract/citation.ts'
import { PlaceDialog } from '../views/record/place-dialog.tsx'

const PlaceContext = createContext<((place: BytePlace) => void) | null>(null)

export function useOpenPlace(): (place: BytePlace) => void {
  const open = useContext(PlaceContext)
  if (!open) throw new Error('useOpenPlace outside of the window')
  return open
}

export function PlaceProvider(props: { children: ReactNode }) {
  const [place, setPlace] = useState<BytePlace>()
  const open = useCallback((wanted: BytePlace) => setPlace(wanted), [])
  return (
    <PlaceContext.Provider value={open}>
      {props.children}
      <PlaceDialog place={place} onClose={() => setPlace(undefined)} />
    </PlaceContext.Provider>
  )
}
