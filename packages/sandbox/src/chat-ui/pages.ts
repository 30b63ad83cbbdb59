function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The page that SvelteKit shows for an error of an endpoint. */
export function errorPage(status: number, message: string): string {
  const text = escapeHtml(message);
  return `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${text}</title></head>\n<body><div class="error"><span class="status">${status}</span><div class="message"><h1>${text}</h1></div></div></body>\n</html>\n`;
}

/** A page of the application, as far as a client of the protocol can tell. */
export function appPage(text: string): string {
  return `<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>ChatUI</title></head>\n<body><div id="app">${escapeHtml(text)}</div></body>\n</html>\n`;
}
