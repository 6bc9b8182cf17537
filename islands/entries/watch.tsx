/** The watch page's bundle: wakes the player and gives it the SDK. */
import { Tributary } from "../../lib/client/mod.ts";
import { mount } from "../parts/mount.ts";
import { Watch, type WatchProps } from "../watch.tsx";

mount<WatchProps>("watch", (props) => <Watch {...props} connect={() => new Tributary()} />);
