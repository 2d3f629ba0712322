import { z } from "zod";
import { absolutePath } from "./texts.ts";

const MODE = /^0?[0-7]{3}$/;

/** A text, one in a file beside Pulumi.yaml, or any bytes in one. */
const fileSource = z
  .strictObject({
    text: z.string().optional(),
    /** Path from the folder of Pulumi.yaml, within it: `./config/app.conf`. */
    file: z.string().min(1).optional(),
    /** Permissions in octal digits: `"0755"`; `"0644"` without it. */
    mode: z
      .string('must be a text in quotes, such as "0644"')
      .regex(MODE, 'must be octal digits such as "0644"')
      .optional(),
  })
  .refine(
    ({ text, file }) => (text === undefined) !== (file === undefined),
    "must have either a text or a file beside Pulumi.yaml",
  );

export type FileSource = z.infer<typeof fileSource>;

/**
 * Files in a container, by path: `{ /etc/shop/shop.conf: "level = info", /etc/shop/logo.png: { file: ./logo.png } }`. `{version}`
 * in a text is the version; bytes that are no text are left as they are. Each path is a file of its own, so the rest of
 * its folder stays what it is in the image. Default: none.
 */
export const files = z
  .record(
    absolutePath,
    z.preprocess((value) => (typeof value === "string" ? { text: value } : value), fileSource),
  )
  .default({});
