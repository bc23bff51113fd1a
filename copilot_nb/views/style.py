"""The style that is stored with every static output: small, scoped, at home in both themes.

Greys are transparent and colours are the notebook's own variables, so one text fits a light page,
a dark page, and a page that knows nothing of notebooks. `:is(pre,#_)` outweighs what notebooks say
about `pre` and `code`. Everything reads well without it.
"""

from __future__ import annotations

_SOURCE = """
max-width:92ch;padding:.3em 0;line-height:1.55;overflow-wrap:anywhere;
--l:1px solid #8884;
--bg:#88888820;
--ok:color-mix(in srgb,var(--jp-success-color1,#3c9a40) 75%,currentColor);
--bad:color-mix(in srgb,var(--jp-error-color1,#d64545) 70%,currentColor);
--warn:color-mix(in srgb,var(--jp-warn-color1,#c77700) 60%,currentColor);
--mono:var(--jp-code-font-family,ui-monospace,monospace);
p{margin:.55em 0}
.copilot-text{margin:.9em 0;
>:first-child{margin-top:0}
>:last-child{margin-bottom:0}}
ul,ol{margin:.45em 0;padding-left:1.7em}
li p{margin:.25em 0}
.copilot-task{list-style:none;margin-left:-1.35em}
blockquote{margin:.6em 0;padding:0 0 0 .9em;border-left:3px solid #8884}
.copilot-h{margin:1.1em 0 .4em;line-height:1.3}
.copilot-h1{font-size:1.35em}
.copilot-h2{font-size:1.2em}
:is(code,#_){font:.9em var(--mono);background:var(--bg);padding:.1em .35em;border-radius:4px}
:is(pre,#_){margin:.6em 0;padding:10px 14px;border-radius:6px;overflow:auto;max-height:28em;
font:.9em/1.5 var(--mono);background:var(--bg);white-space:pre-wrap;
code{padding:0;background:none;font:inherit}}
:is(.copilot-code,#_){position:relative;white-space:pre}
pre[data-language]::after{content:attr(data-language);position:absolute;top:6px;right:10px;
opacity:.6}
.copilot-tablewrap{overflow:auto;margin:.7em 0}
table{border-collapse:collapse;margin:0;border:0;font-size:.93em}
:is(th,td){padding:4px 12px;border:0;border-bottom:var(--l);text-align:right;vertical-align:top;
overflow-wrap:normal;max-width:64ch}
.copilot-text th,:is(.copilot-text,.copilot-frame) td{text-align:left}
:is(.copilot-text,.copilot-frame) [align=right]{text-align:right}
summary{cursor:pointer;list-style:none;
&::-webkit-details-marker{display:none}
&::after{content:"›";float:right;opacity:.5}}
[open]>summary::after{transform:rotate(90deg)}
:is(.copilot-reasoning,.copilot-steps)>summary::after{float:none;margin-left:.5em}
.copilot-tool{margin:.6em 0;padding:0 14px;border:var(--l);border-radius:8px}
.copilot-call{margin:0;
>summary{margin:0 -14px;padding:6px 14px}
>strong,>summary>strong{font:600 .93em var(--mono)}
>:is(code,#_),>summary>:is(code,#_){padding:0;background:none;opacity:.75}
em{font-style:normal}}
.copilot-counts{font:.85em var(--mono)}
.copilot-call em,.copilot-muted{font-size:.9em}
:is(.copilot-tool>.copilot-output:not(.copilot-stderr),#_){padding:0;background:none}
p.copilot-call{padding:6px 0}
.copilot-nested{margin-left:1.5em}
.copilot-nested .copilot-nested{margin-left:0}
.copilot-icon{display:inline-block;width:1.2em;color:var(--ok)}
.copilot-failed>:is(.copilot-icon,em),.copilot-bad{color:var(--bad)}
.copilot-warning>.copilot-icon{color:var(--warn)}
.copilot-waiting>.copilot-icon,.copilot-reasoning .copilot-icon{color:inherit}
.copilot-permission,.copilot-user_input,.copilot-form,.copilot-plan,.copilot-sign-in{margin:.4em 0;
padding:5px 14px;border:var(--l);border-radius:8px;font-size:.93em}
.copilot-tool .copilot-permission{margin:0 -14px;border-width:1px 0 0;border-radius:0;
>strong,>summary>strong{font-weight:400}}
.copilot-effects .copilot-icon{color:var(--warn)}
.copilot-effects strong{display:inline-block;min-width:7.5em;font-weight:400}
.copilot-notice{margin:.3em 0;font-size:.93em}
.copilot-todo{margin:.6em 0;padding:0 14px;border:var(--l);border-radius:8px}
.copilot-todo ul,.copilot-changes ul,.copilot-effects{list-style:none;padding:0}
.copilot-todo li{margin:0}
.copilot-changes{margin:.4em -14px 0;padding:0 14px;border-top:var(--l);font-size:.93em}
.copilot-ask{margin:.7em 0;padding:10px 14px;border:var(--l);border-left:4px solid var(--warn);
border-radius:8px;
>:first-child{margin-top:0}
>:last-child{margin-bottom:0}
pre{white-space:pre-wrap}}
.copilot-muted,.copilot-foot,.copilot-sent,.copilot-reasoning,.copilot-notice{opacity:.75}
.copilot-error{margin:.7em 0;padding:6px 14px;border-left:4px solid var(--bad);border-radius:8px}
.copilot-foot,.copilot-label,.copilot-sent{font-size:.85em}
.copilot-foot+.copilot-sent{margin-top:-.5em}
.copilot-label strong{padding:0 .6em;border:1px solid var(--warn);border-radius:9px}
img{max-width:100%;height:auto}
:is(.copilot-stderr,#_),.copilot-error,.gd{background:#d6454522}
.gi{background:#3ca0462e}
.gi,.gd{display:inline-block;min-width:100%}
.gh{opacity:.75}
:is(.gi,.gd) mark{color:inherit;border-radius:3px;background:#3ca04666}
.gd mark{background:#d6454555}
.k{color:var(--jp-mirror-editor-keyword-color,#a05ac8)}
.s{color:var(--jp-mirror-editor-string-color,#3f8f3f)}
.m{color:var(--jp-mirror-editor-number-color,#b5651d)}
.c{color:var(--jp-mirror-editor-comment-color,#808080);font-style:italic}
.f{color:var(--jp-mirror-editor-def-color,#4078c0)}
.o{color:var(--jp-mirror-editor-builtin-color,#2f8a8a)}
"""

STYLE = "<style>.copilot-static{" + _SOURCE.replace("\n", "") + "}</style>"
"""The `<style>` element, the same for every output."""
