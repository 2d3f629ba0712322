import type { ComponentChildren } from "preact";

interface PanelProps {
  /** The id of its heading, and the name of its place in the layout. */
  readonly name: string;
  readonly title: string;
  /** Beside the title: a state in a word, a choice. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** One subject of the page, a landmark by its title. */
export function Panel({ name, title, aside, children }: PanelProps) {
  return (
    <section class={`panel panel-${name}`} aria-labelledby={`title-${name}`}>
      <header class="panel-head">
        <h2 id={`title-${name}`}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
