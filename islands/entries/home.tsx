/** The home page's bundle: wakes the list of live broadcasts. */
import { LiveList, type LiveListProps } from "../live_list.tsx";
import { mount } from "../parts/mount.ts";

mount<LiveListProps>("home", (props) => <LiveList {...props} />);
