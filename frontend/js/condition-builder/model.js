// The tree a person builds, and the JSON condition it stands for.
//   group   {type: "group", mode: "all|any|none|not_all", items: [...]}
//   leaf    {type: "leaf", field, op, value}
//   related {type: "related", related, measure, of, op, value, where: group or null}

const MODES = {
  all: (parts) => ({ all: parts }),
  any: (parts) => ({ any: parts }),
  none: (parts) => ({ not: { any: parts } }),
  not_all: (parts) => ({ not: { all: parts } }),
};

export const newGroup = (mode = "all", items = []) => ({ type: "group", mode, items });
export const newLeaf = () => ({ type: "leaf", field: "", op: "", value: undefined });
export const newRelated = (related) => ({ type: "related", related, measure: "count", of: "", op: "", value: undefined, where: null });

/** A condition (parsed JSON) as a tree whose root is a group. */
export function parse(condition) {
  if (!condition || !Object.keys(condition).length) return newGroup();
  const node = parseNode(condition);
  return node.type === "group" ? node : newGroup("all", [node]);
}

function parseNode(condition) {
  if (condition.all) return newGroup("all", condition.all.map(parseNode));
  if (condition.any) return newGroup("any", condition.any.map(parseNode));
  if (condition.not) return parseNot(condition.not);
  if (condition.related) {
    const { related, measure = "count", of = "", op = "", value, where } = condition;
    return { type: "related", related, measure, of, op, value, where: where ? parse(where) : null };
  }
  return { type: "leaf", field: condition.field, op: condition.op, value: condition.value };
}

function parseNot(inner) {
  if (inner.all) return newGroup("not_all", inner.all.map(parseNode));
  if (inner.any) return newGroup("none", inner.any.map(parseNode));
  return newGroup("none", [parseNode(inner)]);
}

const isGiven = (value) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);

/** What a line still lacks: "field", "value" or nothing. A blank line alone is where a person begins, and lacks nothing. */
export function lackOf(node, root, takesNothing) {
  const begins = root.items.length === 1 && root.items[0] === node;
  if (node.type === "leaf" && !node.field) return begins ? "" : "field";
  return takesNothing(node) || isGiven(node.value) ? "" : "value";
}

/** The tree without groups whose last line was removed. */
export function withoutEmptyGroups(group) {
  group.items = group.items.filter((item) => item.type !== "group" || withoutEmptyGroups(item).items.length);
  for (const item of group.items) if (item.where && !withoutEmptyGroups(item.where).items.length) item.where = null;
  return group;
}

/** The condition of a node, or null while it is unfinished. `takesNothing(node)` says whether its operator needs no value. */
export function toCondition(node, takesNothing) {
  if (node.type === "group") return groupCondition(node, takesNothing);
  const needs = !takesNothing(node);
  if (!node.op && node.measure !== "exists") return null;
  if (needs && !isGiven(node.value)) return null;
  return node.type === "leaf" ? leafCondition(node, needs) : relatedCondition(node, needs, takesNothing);
}

function groupCondition(node, takesNothing) {
  const parts = node.items.map((item) => toCondition(item, takesNothing)).filter(Boolean);
  return parts.length ? MODES[node.mode](parts) : null;
}

function leafCondition({ field, op, value }, needs) {
  if (!field) return null;
  return needs ? { field, op, value } : { field, op };
}

function relatedCondition({ related, measure, of, op, value, where }, needs, takesNothing) {
  const condition = { related, measure };
  if (of) condition.of = of;
  if (op) condition.op = op;
  if (needs) condition.value = value;
  const inner = where && groupCondition(where, takesNothing);
  if (inner) condition.where = inner;
  return condition;
}
