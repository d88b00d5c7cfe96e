// The map as a picture that stands by itself: what the page's styles say is written into it.
const COPIED = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linejoin",
  "paint-order",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "opacity",
  "transform",
] as const;

export function pictureOf(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const from = svg.querySelectorAll("*");
  for (const [index, element] of [...copy.querySelectorAll("*")].entries()) {
    const original = from[index];
    if (original === undefined || !(element instanceof SVGElement)) continue;
    const style = getComputedStyle(original);
    for (const name of COPIED) {
      const value = style.getPropertyValue(name);
      if (value !== "" && value !== "none" && value !== "normal") {
        element.style.setProperty(name, value);
      }
      if (name === "fill" && value === "none") element.style.setProperty(name, value);
    }
  }
  const background = getComputedStyle(svg).getPropertyValue("--plate");
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.style.setProperty("background", background);
  return new XMLSerializer().serializeToString(copy);
}
