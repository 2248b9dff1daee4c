# The cases as a check of the flake: they are evaluated, and nothing is built.
{ lib, runCommand }:

let
  result = import ./eval.nix { inherit lib; };
  refused = lib.filterAttrs (_: good: good.refused != [ ]) result.good;
  wrong = lib.filterAttrs (_: bad: !(lib.any (lib.hasInfix bad.says) bad.got)) result.bad;
in
if refused == { } && wrong == { } then runCommand "clawrden-module-evaluates" { } "touch $out"
else throw "the module refuses ${toString (lib.attrNames refused)}, and says something else of ${toString (lib.attrNames wrong)}"
