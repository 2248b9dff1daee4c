# Checked: aws-cli 1.45, by its table of global options; the options of the operations, which are thousands, are those that one
# meets most. A service and its operation are two levels of subcommands, and both are told of also where they aren't named here.
# An alias in the configuration of the tool can't be seen.

tool "aws" {
  abbreviate     = true
  flags_anywhere = true
  levels         = 2
  flags = [
    "--debug", "--no-verify-ssl", "--no-paginate", "--no-sign-request", "--v2-debug", "--no-cli-pager", "--cli-auto-prompt",
    "--no-cli-auto-prompt", "--dry-run", "--no-dry-run", "--recursive", "--quiet", "--dryrun", "--no-progress",
    "--follow-symlinks", "--no-follow-symlinks", "--only-show-errors", "--delete", "--exact-timestamps", "--size-only",
    "--no-guess-mime-type", "--force", "--human-readable", "--summarize", "--force-delete-without-recovery",
    "--no-include-email",
  ]
  value_flags = [
    "--output", "--query", "--profile", "--region", "--color", "--cli-read-timeout", "--cli-connect-timeout",
    "--cli-binary-format", "--starting-token", "--page-size", "--max-items", "--endpoint-url", "--acl", "--grants",
    "--storage-class", "--exclude", "--include", "--metadata", "--content-type", "--cache-control", "--expires", "--sse",
    "--source-region", "--request-payer",
  ]
  optional_flags = ["--generate-cli-skeleton"]
  path_flags     = ["--ca-bundle"]
  guess_flags = [
    "--cli-input-json", "--template-body", "--policy-document", "--user-data", "--zip-file", "--parameters", "--body",
    "--secret-string", "--cli-input-yaml",
  ]
  info_flags = ["--version"]

  subcommand "cli-dev" { opaque = true }
  subcommand "cloudformation" {
    levels = 1
    subcommand "deploy" {
      value_flags = ["--stack-name", "--capabilities", "--parameter-overrides"]
      path_flags  = ["--template-file"]
    }
    subcommand "package" { path_flags = ["--template-file", "--output-template-file"] }
  }
  subcommand "configure" {
    subcommand "add-model" { opaque = true }
    subcommand "export-credentials" { opaque = true }
    subcommand "get" { operands = ["text"] }
    subcommand "import" { opaque = true }
    subcommand "list" { operands = ["text"] }
    subcommand "list-profiles" { operands = ["text"] }
    subcommand "set" {
      opaque   = true
      operands = ["text"]
    }
    subcommand "sso" { opaque = true }
  }
  subcommand "ecs" {
    levels = 1
    subcommand "execute-command" {
      flags       = ["--interactive", "--non-interactive"]
      value_flags = ["--cluster", "--container", "--task"]
      shell_flags = ["--command"]
    }
  }
  subcommand "emr" {
    levels = 1
    subcommand "ssh" {
      value_flags = ["--cluster-id"]
      path_flags  = ["--key-pair-file"]
      shell_flags = ["--command"]
    }
  }
  subcommand "help" { operands = ["text"] }
  subcommand "history" { levels = 1 }
  subcommand "s3" {
    closed = true
    subcommand "cp" { operands = ["any"] }
    subcommand "ls" { operands = ["any"] }
    subcommand "mb" { operands = ["any"] }
    subcommand "mv" { operands = ["any"] }
    subcommand "presign" { operands = ["any"] }
    subcommand "rb" { operands = ["any"] }
    subcommand "rm" { operands = ["any"] }
    subcommand "sync" { operands = ["any"] }
    subcommand "website" { operands = ["any"] }
  }
  subcommand "ssm" {
    levels = 1
    subcommand "start-session" {}
  }
}
