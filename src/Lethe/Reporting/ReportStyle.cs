namespace Lethe.Reporting;

/// <summary>The style sheet of the report.</summary>
internal static class ReportStyle
{
    // Hues are those of Okabe and Ito, which people with colour-blindness can tell apart; darker on white, lighter on black, so that
    // lines and text keep their contrast. No child combinator and no ampersand: the page is well-formed XML too.
    public const string Css = """

        :root {
          color-scheme: light dark;
          --page: #fbfaf8; --card: #ffffff; --ink: #1b1d20; --soft: #5d6168; --rule: #e6e3dd; --grid: #eeece7;
          --untrained: #858a91; --before: #0072b2; --control: #b97a00; --umm: #00855f; --early: #0072b2; --last: #d0500a; --plain: #5b6470;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #111315; --card: #191c1f; --ink: #eceae6; --soft: #a2a6ac; --rule: #2c3034; --grid: #262a2e;
            --untrained: #8d939b; --before: #56b4e9; --control: #e69f00; --umm: #1fbf8f; --early: #56b4e9; --last: #f2843c;
            --plain: #a9b1bc;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--page); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
          font-variant-numeric: tabular-nums;
        }
        .page { max-width: 1140px; margin: 0 auto; padding: 56px 28px 72px; }
        .page.broad { max-width: 1560px; }
        .kicker { margin: 0 0 14px; color: var(--soft); font-size: 0.82rem; letter-spacing: 0.04em; }
        .kicker b { color: var(--ink); letter-spacing: 0.12em; text-transform: uppercase; }
        h1 { margin: 0; max-width: 46em; font-size: clamp(1.2rem, 0.95rem + 1.05vw, 1.62rem); line-height: 1.45; font-weight: 500;
        letter-spacing: -0.008em; text-wrap: pretty; }
        .verdicts { margin: 18px 0 0; padding: 0; list-style: none; display: grid; gap: 14px; max-width: 62em; }
        .verdicts b { display: block; color: var(--soft); font-size: 0.86rem; font-weight: 600; }
        h2 { margin: 68px 0 6px; font-size: 1.22rem; line-height: 1.3; font-weight: 640; letter-spacing: -0.01em; }
        h3 { margin: 30px 0 10px; font-size: 0.98rem; font-weight: 620; }
        h4 { margin: 18px 0 8px; font-size: 0.88rem; font-weight: 620; }
        p { margin: 0 0 12px; max-width: 72ch; }
        .lead { color: var(--soft); margin-bottom: 20px; }
        .missing { padding: 14px 18px; border: 1px dashed var(--rule); border-radius: 10px; color: var(--soft); max-width: none; }
        .banner { margin: 22px 0 0; padding: 12px 16px; border-left: 3px solid var(--last); background: var(--card);
        border-radius: 0 8px 8px 0; max-width: none; }
        code, pre { font: 0.86em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        pre { margin: 0 0 18px; padding: 12px 16px; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card);
        border: 1px solid var(--rule); border-radius: 10px; }
        pre span { white-space: nowrap; }
        a { color: var(--before); text-underline-offset: 2px; }

        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(142px, 1fr)); margin: 36px 0 0; background: var(--card);
        border: 1px solid var(--rule); border-radius: 12px; overflow: hidden; }
        .tile { padding: 16px 16px 15px; box-shadow: 1px 1px 0 0 var(--rule); }
        .tile span { display: block; }
        .tile .name { color: var(--soft); font-size: 0.78rem; }
        .tile .figure { white-space: nowrap; margin: 3px 0 2px; font-size: 1.36rem; line-height: 1.25; font-weight: 600;
        letter-spacing: -0.02em; }
        .tile small { font-size: 0.66em; font-weight: 450; color: var(--soft); letter-spacing: 0; }
        .tile .aside { color: var(--soft); font-size: 0.78rem; line-height: 1.4; }

        .groups { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 8px 36px; }
        .groups.single { display: block; }
        .two, .three, .many { display: grid; gap: 18px; margin-bottom: 18px; align-items: start; }
        .many { grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); }
        .two { grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
        .three { grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
        .groups .three { grid-template-columns: repeat(auto-fit, minmax(min(100%, 230px), 1fr)); }
        .groups.single .three { grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
        figure { margin: 0; padding: 16px 18px 12px; background: var(--card); border: 1px solid var(--rule); border-radius: 12px;
        break-inside: avoid; }
        figcaption { margin: 0 0 10px; font-size: 0.9rem; line-height: 1.4; }
        figcaption strong { display: block; font-weight: 620; }
        figcaption .note { display: block; color: var(--soft); font-size: 0.78rem; }
        figure img { display: block; width: 100%; max-width: 560px; height: auto; margin: 0 auto 6px; border-radius: 4px;
        image-rendering: auto; }
        svg { display: block; width: 100%; height: auto; overflow: visible; font-family: inherit; }

        .stage-untrained { --c: var(--untrained); } .stage-before { --c: var(--before); } .stage-control { --c: var(--control); }
        .stage-umm { --c: var(--umm); }
        .early { --c: var(--early); } .last { --c: var(--last); } .plain { --c: var(--plain); } .faint { --c: var(--untrained); }
        svg .grid { stroke: var(--grid); stroke-width: 1; }
        svg .axis { stroke: var(--soft); stroke-width: 1; opacity: 0.65; }
        svg .rule { stroke: var(--rule); stroke-width: 1; }
        svg .mark { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; opacity: 0.75; }
        svg text { font-size: 11.5px; fill: var(--soft); }
        svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
        svg .marked { font-size: 11px; fill: var(--ink); }
        svg .row { font-size: 12px; fill: var(--ink); }
        svg .name, svg .value { fill: var(--c); fill: color-mix(in srgb, var(--c) 78%, var(--ink)); font-weight: 560; }
        svg .value { font-size: 11px; font-weight: 500; }
        svg .line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        svg .dashed .line { stroke-dasharray: 5 4; stroke-linecap: butt; }
        svg .thin { fill: none; stroke: var(--c); stroke-width: 0.8; opacity: 0.45; }
        svg .band { fill: var(--c); opacity: 0.14; }
        svg .dot { fill: var(--c); stroke: var(--card); stroke-width: 1; }
        svg .dashed .dot { fill: var(--card); stroke: var(--c); stroke-width: 1.4; }
        svg .dot:hover { stroke: var(--ink); stroke-width: 5; stroke-opacity: 0.35; }

        .legend { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 0 0 14px; padding: 0; list-style: none; font-size: 0.86rem;
        color: var(--soft); }
        .legend i { display: inline-block; width: 10px; height: 10px; margin-right: 7px; border-radius: 50%; background: var(--c); }
        .legend b { color: var(--ink); font-weight: 600; }

        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: 0.86rem; min-width: 100%; }
        caption { padding: 0 0 8px; text-align: left; color: var(--soft); font-size: 0.78rem; }
        th, td { padding: 6px 12px; border-top: 1px solid var(--rule); text-align: right; white-space: nowrap; font-weight: 400; }
        thead th { border-top: 0; color: var(--soft); font-size: 0.78rem; vertical-align: bottom; }
        thead .span { text-align: left; color: var(--ink); font-weight: 600; padding-bottom: 0; }
        th[scope=row], thead .names { text-align: left; }
        .summary th, .summary td { padding: 6px 5px; font-size: 0.8rem; } .summary .first { padding-left: 16px; }
        .summary tr th:first-child { text-align: left; }
        .summary small { display: block; font-size: 0.86em; line-height: 1.2; font-weight: 400; color: var(--soft); }
        .summary .umm { font-weight: 640; color: var(--umm); color: color-mix(in srgb, var(--umm) 78%, var(--ink)); }
        .wide { margin-bottom: 18px; padding: 18px 18px 10px; background: var(--card); border: 1px solid var(--rule); border-radius: 12px; }
        .wide .note { margin: 0 0 10px; max-width: none; color: var(--soft); font-size: 0.78rem; }
        details { margin-top: 6px; font-size: 0.86rem; }
        summary { cursor: pointer; color: var(--soft); font-size: 0.78rem; }
        details .scroll { max-height: 320px; overflow: auto; margin-top: 8px; }
        details.undo .wide .scroll { max-height: none; } details.undo[open] summary { margin-bottom: 14px; }
        details.undo[open] details summary { font-size: 0.78rem; color: var(--soft); margin: 0; }
        .wide h3 { margin: 0 0 8px; } .wide .below { margin: 12px 0 4px; } .ablation th[scope=row] { white-space: normal; min-width: 7em;
        color: var(--c); color: color-mix(in srgb, var(--c) 78%, var(--ink)); font-weight: 560; }
        .ablation td, .ablation th[scope=row] { vertical-align: top; }
        details.block { margin: 14px 0 0; } details.block summary { font-size: 0.9rem; color: var(--ink); }
        .options { display: grid; gap: 18px 32px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr));
        align-items: start; }
        .options td { white-space: normal; overflow-wrap: anywhere; }
        .reading { columns: 2; column-gap: 40px; padding: 0; margin: 16px 0 0; list-style: none; font-size: 0.93rem; }
        .reading li { break-inside: avoid; margin-bottom: 14px; }
        footer { margin-top: 64px; padding-top: 20px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 0.86rem; }

        @media (max-width: 640px) {
          .page { padding: 28px 14px 48px; } h2 { margin-top: 48px; } figure, .wide { padding: 14px 12px 10px; } .reading { columns: 1; }
          .tiles { grid-template-columns: 1fr 1fr; } .tile { padding: 12px 13px; } .tile .figure { font-size: 1.25rem; }
          th, td { padding: 6px 9px; }
        }
        @media print {
          :root { --page: #ffffff; } body { font-size: 11pt; } .page { max-width: none; padding: 0; } h2 { margin-top: 28pt;
          break-after: avoid; }
        }

        """;
}
