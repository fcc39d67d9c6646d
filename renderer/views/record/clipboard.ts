/** Puts text on the clipboard. Says whether it worked: without permission nothing was copied. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // the clipboard is refused to pages that are not focused; the old way needs no permission
    const field = document.createElement('textarea')
    field.value = text
    field.className = 'unseen'
    field.setAttribute('aria-hidden', 'true')
    document.body.append(field)
    field.select()
    const done = document.execCommand('copy')
    field.remove()
    return done
  }
}
