/** Light, dark or as the system says; kept on this machine. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
const key = 'tasktrail.theme'

export function keptTheme(): Theme {
  const kept = localStorage.getItem(key)
  return themes.find((theme) => theme === kept) ?? 'system'
}
export function applyTheme(theme: Theme): void {
  localStorage.setItem(key, theme)
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
