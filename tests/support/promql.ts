/** The names in an expression. */
export interface Names {
  readonly metrics: string[];
  readonly labels: string[];
}

const KEYWORDS = new Set(["and", "or", "unless", "bool", "offset", "inf", "nan"]);

/** What stands before a list of labels in parentheses. */
const BEFORE_LABELS = new Set(["by", "without", "on", "ignoring", "group_left", "group_right"]);

/** The metrics and labels that an expression of PromQL names, as far as rules and dashboards use it. */
export function namesIn(expression: string): Names {
  const metrics: string[] = [];
  const labels: string[] = [];
  const text = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\boffset\s+\w+/g, "")
    // Of `label_values(metric, label)`, a function of Grafana's, the second is no metric.
    .replace(/\blabel_values\(([^,()]*),\s*(\w+)\)/g, "$1 on ($2)")
    .replace(/\{([^}]*)\}/g, (_, matchers: string) => {
      return ` on (${matchers.replace(/[=!~]+\s*""/g, "")}) `;
    });
  const tokens = text.match(/[a-zA-Z_:$][\w:]*|[\d.]+(?:e\d+)?|[(),]|\S/g) ?? [];
  let inLabels = false;
  for (const [at, token] of tokens.entries()) {
    if (BEFORE_LABELS.has(token)) inLabels = true;
    else if (token === ")") inLabels = false;
    else if (!/^[a-zA-Z_:]/.test(token) || KEYWORDS.has(token)) continue;
    else if (inLabels) labels.push(token);
    else if (!isFunction(tokens, at)) metrics.push(token);
  }
  return { metrics, labels };
}

/** A function, or an aggregation such as `sum by (le) (…)`. */
function isFunction(tokens: readonly string[], at: number): boolean {
  return tokens[at + 1] === "(" || tokens[at + 1] === "by" || tokens[at + 1] === "without";
}
