/** The studio's bundle: wakes the studio and gives it the SDK. */
import { Tributary } from "../../lib/client/mod.ts";
import { mount } from "../parts/mount.ts";
import { Studio, type StudioProps } from "../studio.tsx";

mount<StudioProps>("studio", (props) => <Studio {...props} connect={() => new Tributary()} />);
