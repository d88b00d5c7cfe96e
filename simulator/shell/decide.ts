// What `[[ … ]]` decides: patterns, regular expressions, texts, numbers and files.
import { regularExpression } from "../programs/regular-expression.ts";
import { type Expansion, expandPattern, expandText } from "./expand.ts";
import { matchesPattern } from "./pattern.ts";
import type { TestExpression } from "./script.ts";
import { binaryTest, unaryTest } from "./tests.ts";

/** The answer, or a complaint in bash's words. */
export function decide(expansion: Expansion, expression: TestExpression): boolean | string {
  switch (expression.test) {
    case "and":
      return expression.operands.every((each) => decide(expansion, each) === true);
    case "or":
      return expression.operands.some((each) => decide(expansion, each) === true);
    case "not": {
      const answer = decide(expansion, expression.operand);
      return typeof answer === "string" ? answer : !answer;
    }
    case "unary":
      return unaryTest(expansion, expression.operator, expandText(expansion, expression.operand));
    case "binary":
      return decideBinary(expansion, expression);
  }
}

function decideBinary(
  expansion: Expansion,
  { operator, left, right }: Extract<TestExpression, { test: "binary" }>,
): boolean | string {
  const text = expandText(expansion, left);
  switch (operator) {
    case "=":
    case "==":
      return matchesPattern(text, expandPattern(expansion, right));
    case "!=":
      return !matchesPattern(text, expandPattern(expansion, right));
    case "=~":
      return regularExpression(expandText(expansion, right), "extended")?.test(text) ?? false;
    default:
      return binaryTest(text, operator, expandText(expansion, right));
  }
}
