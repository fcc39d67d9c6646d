import { useSyncExternalStore } from 'react'

const subscribe = (listener: () => void) => {
  window.addEventListener('resize', listener)
  return () => window.removeEventListener('resize', listener)
}
/** Width of the window in CSS pixels, for the parts of a layout that CSS alone cannot move. */
export const useWindowWidth = (): number => useSyncExternalStore(subscribe, () => window.innerWidth)
