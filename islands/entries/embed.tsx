/** The embedded player's bundle: wakes it and gives it the SDK. */
import { Tributary } from "../../lib/client/mod.ts";
import { Embed, type EmbedProps } from "../embed.tsx";
import { mount } from "../parts/mount.ts";

mount<EmbedProps>("embed", (props) => <Embed {...props} connect={() => new Tributary()} />);
