/** Draws one picture of a storyboard into an element, at the element's own width. */

import type { Picture } from "../storyboard";

const SVG = "http://www.w3.org/2000/svg";

/** Return an image of the picture; SVG cuts a part out of a larger image without inline styles. */
export function pictureElement(picture: Picture): SVGSVGElement {
  const { x, y, width, height } = picture.part ?? { x: 0, y: 0, width: 16, height: 9 };
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  svg.setAttribute("aria-hidden", "true");
  const image = document.createElementNS(SVG, "image");
  image.setAttribute("href", picture.url);
  if (picture.part === null) {
    image.setAttribute("width", String(width));
    image.setAttribute("height", String(height));
  }
  svg.append(image);
  return svg;
}
