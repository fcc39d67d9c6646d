import './theme/tokens.css'
import './theme/base.css'
import './theme/shell.css'
import './theme/widgets.css'
import './theme/coverage.css'
import './theme/print.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { applyDensity, readSettings } from './shell/settings.ts'
import { applyTheme, keptTheme } from './shell/theme-choice.ts'

applyTheme(keptTheme())
applyDensity(readSettings().density)
const place = document.getElementById('root')
if (!place) throw new Error('index.html has no place for the window')
createRoot(place).render(<App />)
