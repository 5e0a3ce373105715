/** What the plots of measurements have in common. */

/** A line of text; `attributes` as they stand in SVG. */
export function svgText(x: number, y: number, content: string, attributes = ""): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x='${x}' y='${y}' ${attributes}>${escaped}</text>`;
}

/** A picture of its parts, on white. */
export function svgDocument(width: number, height: number, parts: readonly string[]): string {
  return `<svg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}' ` +
    `viewBox='0 0 ${width} ${height}' font-family='sans-serif' font-size='14' fill='#1c2329'>\n` +
    `<rect width='100%' height='100%' fill='#ffffff'/>\n${parts.join("\n")}\n</svg>\n`;
}
