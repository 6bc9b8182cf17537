/**
 * Where things lie in a picture that is put together: the camera in a corner of the screen, and
 * whatever has another shape than its place. Pure. This module is browser compatible.
 */

/** A place in a picture, in pixels. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A size, in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Where the camera lies. */
export const CORNERS = {
  "top-left": "Top left",
  "top-right": "Top right",
  "bottom-left": "Bottom left",
  "bottom-right": "Bottom right",
} as const;

/** A corner of the picture. */
export type Corner = keyof typeof CORNERS;

/** How large the camera is. */
export const INSET_SIZES = { small: "Small", medium: "Medium", large: "Large" } as const;

/** A size of the camera. */
export type InsetSize = keyof typeof INSET_SIZES;

/** Of the width of the picture. */
const SHARES: Record<InsetSize, number> = { small: 0.18, medium: 0.26, large: 0.36 };

/** Between the camera and the edges, of the picture's height. */
const MARGIN = 0.03;

/** Where the camera lies and how large it is. */
export interface Inset {
  corner: Corner;
  size: InsetSize;
}

/** Returns the place of a camera of some shape; one that stands upright is no higher than others. */
export function placeInset({ width, height }: Size, camera: Size, { corner, size }: Inset): Place {
  const box = { width: width * SHARES[size], height: height * SHARES[size] };
  const { width: w, height: h } = fitInto(camera, { x: 0, y: 0, ...box });
  const margin = Math.round(height * MARGIN);
  return {
    x: corner.endsWith("left") ? margin : width - margin - w,
    y: corner.startsWith("top") ? margin : height - margin - h,
    width: w,
    height: h,
  };
}

/** Returns the largest place inside `place` that has the shape of `picture`, in its middle. */
export function fitInto(picture: Size, place: Place): Place {
  const scale = Math.min(place.width / picture.width, place.height / picture.height);
  const width = Math.round(picture.width * scale);
  const height = Math.round(picture.height * scale);
  return {
    x: place.x + Math.round((place.width - width) / 2),
    y: place.y + Math.round((place.height - height) / 2),
    width,
    height,
  };
}
