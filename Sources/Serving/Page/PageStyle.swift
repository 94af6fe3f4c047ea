/// How the page looks: light or dark as the system is, from a phone's width on.
enum PageStyle {
  static let text = #"""
    :root {
      --paper: #fdfcfa; --ink: #1c1b19; --soft: #6b6660; --line: #e2ddd5; --card: #f4f0ea; --accent: #b4481e;
      --on-accent: #fff; --bad: #a3271f;
      color-scheme: light dark; font: 16px/1.55 system-ui, sans-serif;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #171614; --ink: #ece8e1; --soft: #a09a91; --line: #35322d; --card: #211f1c; --accent: #f08a5d;
        --on-accent: #1c1b19; --bad: #ff9d92;
      }
    }
    * { box-sizing: border-box; }
    html, body { height: 100%; margin: 0; }
    body { display: flex; flex-direction: column; background: var(--paper); color: var(--ink); }
    header, footer { flex: none; padding: .6rem max(1rem, calc(50% - 25rem)); border-color: var(--line); }
    header { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; border-bottom: 1px solid var(--line); }
    h1 { margin: 0 auto 0 0; font-size: 1.05rem; letter-spacing: .02em; }
    h1::before { content: "▲ "; color: var(--accent); }
    main { flex: auto; overflow-y: auto; padding: 1rem max(1rem, calc(50% - 25rem)); }
    footer { border-top: 1px solid var(--line); }
    button, select, input, textarea { font: inherit; color: inherit; background: var(--card);
      border: 1px solid var(--line); border-radius: .5rem; padding: .35rem .7rem; }
    button { cursor: pointer; }
    button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
    button:disabled { opacity: .5; cursor: default; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    textarea { width: 100%; resize: vertical; }
    #compose { display: flex; gap: .5rem; align-items: flex-end; }
    #compose textarea { min-height: 2.6rem; max-height: 40vh; resize: none; }
    #figures, #load { margin: .45rem 0 0; color: var(--soft); font-size: .82rem; min-height: 1.2em;
      font-variant-numeric: tabular-nums; }
    #settings { flex-basis: 100%; display: grid; gap: .6rem; padding: .4rem 0;
      grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
    #settings[hidden] { display: none; }
    #settings label { display: block; font-size: .85rem; color: var(--soft); }
    #settings .wide { grid-column: 1 / -1; }
    #settings input { width: 100%; }
    article { margin: 0 0 1.1rem; }
    article > h2 { margin: 0 0 .15rem; font-size: .8rem; font-weight: 600; color: var(--soft); }
    article.user > .text { background: var(--card); border-radius: .7rem; padding: .55rem .8rem; white-space: pre-wrap; }
    .text { overflow-wrap: anywhere; }
    .text p { white-space: pre-wrap; }
    .text p, .text ul, .text ol, .text pre, .text h3 { margin: 0 0 .7rem; }
    .text h3 { font-size: 1.05rem; }
    pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem; overflow-x: auto; }
    code { font: .9em ui-monospace, monospace; }
    p code, li code { background: var(--card); border-radius: .25rem; padding: .05rem .3rem; }
    details { color: var(--soft); border-left: 3px solid var(--line); padding-left: .7rem; margin: 0 0 .6rem;
      white-space: pre-wrap; font-size: .92rem; }
    .call { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .7rem; margin: 0 0 .6rem;
      font: .88rem ui-monospace, monospace; overflow-wrap: anywhere; }
    .quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .error { color: var(--bad); }
    .actions { display: flex; gap: .4rem; margin-top: .3rem; }
    .actions button { font-size: .8rem; padding: .1rem .55rem; background: none; color: var(--soft); }
    .empty { color: var(--soft); text-align: center; margin-top: 18vh; }
    @media (max-width: 34rem) { header button { padding: .3rem .5rem; } select { max-width: 45vw; } }
    """#
}
