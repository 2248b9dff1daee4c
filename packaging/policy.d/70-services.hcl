# Containers, clusters and clouds: looking flows, changing asks. Whoever may start any container of their choice rules the
# machine, so the options that reach out of a container are denied.

rule "containers, read" {
  commands    = ["docker", "podman"]
  subcommands = ["ps", "images", "image ls", "image inspect", "image history", "container ls", "container logs", "container inspect", "container top", "container stats", "inspect", "logs", "version", "info", "top", "port", "diff", "history", "events", "network ls", "network inspect", "volume ls", "volume inspect", "system df", "system info", "stats", "search", "compose ps", "compose logs", "compose config", "compose ls", "compose images", "compose top", "compose version", "context ls", "buildx ls", "buildx version", "buildx du", "manifest inspect"]
  action      = "allow"
  unless { flags_any = ["-H", "--host", "--context", "--url", "--remote", "--connection", "--root", "--runtime*", "--hooks-dir", "--conmon", "--ssh", "--identity"] }
  unless { # compose's own way to write a file
    subcommands = ["compose config"]
    flags_any   = ["-o", "--output", "--lock-image-digests"]
  }
  match     = ["docker ps -a", "docker logs -f web", "docker compose ps", "docker images", "docker compose logs --tail=50 api"]
  not_match = ["docker run x", "docker exec c sh", "docker -H tcp://x ps && id"]
}

rule "containers, build" {
  commands    = ["docker", "podman"]
  subcommands = ["build", "image build", "buildx build", "compose build"]
  action      = "allow"
  unless { flags_any = ["--push", "--privileged", "--allow", "--secret", "--ssh", "--network=host", "-v", "--volume", "--security-opt", "--cap-add", "--device", "-o=*type=registry*", "--output", "--runtime*", "--hooks-dir", "-H", "--host", "--context", "--url", "--remote", "--connection", "--cache-to=*registry*", "--cgroup-parent"] }
  unless { operands_any = ["*://*", "git@*", "github.com/*", "-"] }
  unless { flags_any = ["-f=*://*", "--build-context=*://*"] }
  match     = ["docker build -t app .", "docker compose build", "docker build -f Dockerfile.dev --target test ."]
  not_match = ["docker build https://host/x.git", "podman build --runtime ./x .", "docker build --push .", "docker buildx build --allow security.insecure ."]
}

rule "containers, build of a whole home" {
  commands    = ["docker", "podman"]
  subcommands = ["build"]
  targets_any = ["/", "/home", "/home/*", "/root", "~"]
  action      = "ask"
  reason      = "This takes credentials along with the rest. Name the project's own directory."
  match       = ["docker build ~", "docker build -t x /", "docker build --build-context x=/home/dev src"]
  not_match   = ["docker build src"]
}

rule "containers, change" {
  commands    = ["docker", "podman", "nerdctl"]
  subcommands = ["run", "exec", "create", "start", "stop", "restart", "kill", "rm", "rmi", "cp", "commit", "push", "pull", "login", "logout", "tag", "load", "save", "import", "export", "prune", "update", "rename", "attach", "wait", "pause", "unpause", "container", "volume", "network", "system", "image", "compose", "swarm", "service", "stack", "secret", "config", "node", "plugin", "context", "buildx", "builder", "trust", "manifest", "checkpoint"]
  unless { subcommands = ["ps", "image ls", "image inspect", "image history", "image build", "container ls", "container logs", "container inspect", "container top", "container stats", "network ls", "network inspect", "volume ls", "volume inspect", "system df", "system info", "compose ps", "compose logs", "compose config", "compose ls", "compose images", "compose top", "compose version", "compose build", "context ls", "buildx ls", "buildx version", "buildx du", "buildx build", "manifest inspect"] }
  action    = "ask"
  reason    = "Starts, changes or removes containers or what they keep. Say what you need; building and looking is free."
  match     = ["docker run --rm alpine id", "docker system prune -af", "docker volume rm data", "docker compose down -v", "docker push x", "docker exec -it db psql"]
  not_match = ["docker ps", "docker build ."]
}

rule "out of the container" {
  commands = ["docker", "podman", "nerdctl"]
  when {
    flags_any = ["--privileged", "--cap-add", "--device", "--pid=host", "--pid=container:*", "--ipc=host", "--userns=host", "--uts=host", "--network=host", "--net=host", "--cgroupns=host", "--security-opt=*unconfined*", "--security-opt=*disable*",
      "-v=/:*", "--volume=/:*", "-v={/etc,/root,/home,/var,/usr,/boot,/proc,/sys,/dev,/run}{,/*}:*", "--volume={/etc,/root,/home,/var,/usr,/boot,/proc,/sys,/dev,/run}{,/*}:*", "-v=*docker.sock*", "--volume=*docker.sock*", "-v=~*", "--volumes-from",
    "--mount=*{source,src}=/{,etc*,root*,home*,var*,usr*,boot*,proc*,sys*,dev*,run*}{,\\,*}", "--mount=*docker.sock*", "--use-api-socket"]
  }
  unless { # a project below home may be mounted
    flags_any  = ["-v=/home/*/*:*", "--volume=/home/*/*:*"]
    flags_only = ["-v=/home/*/[!.]*:*", "-i", "-t", "--rm", "-d", "-w", "-e", "-p", "-u", "--name", "--env-file", "--entrypoint", "--platform", "--pull", "-q"]
  }
  action    = "deny"
  grantable = false
  reason    = "This container would reach the host itself. Mount only the project, without added privileges."
  match     = ["docker run --privileged alpine", "docker run -v /:/host alpine", "docker run --rm -v /var/run/docker.sock:/var/run/docker.sock x", "docker run --pid=host x", "docker run --cap-add SYS_ADMIN x", "podman run --mount type=bind,source=/,target=/h x"]
  not_match = ["docker run --rm alpine", "docker ps", "docker run -v /home/dev/project:/src node:20 npm test"]
}

locals { # names of kinds are taken in any case
  cluster_secrets = ["{,*,}[sS][eE][cC][rR][eE][tT]{,[sS]}{,/*,.*,\\,*}"]
}

rule "cluster, read" {
  commands    = ["kubectl", "oc"]
  subcommands = ["get", "describe", "logs", "explain", "version", "api-resources", "api-versions", "cluster-info", "top", "diff", "rollout status", "rollout history", "config current-context", "config get-contexts", "auth can-i", "auth whoami", "events", "wait", "kustomize", "options", "help"]
  action      = "allow"
  unless { operands_any = concat(local.cluster_secrets, ["[aA][lL][lL]", "[aA][lL][lL]/*", "dump"]) }
  unless { flags_any = ["--raw", "--kubeconfig", "--kuberc", "--token", "-s", "--server", "--as*", "--user", "--cluster"] }
  unless { # what stands in a file may be a secret
    subcommands = ["get", "describe"]
    flags_any   = ["-f", "--filename", "-k", "--kustomize"]
  }
  match     = ["kubectl get pods", "kubectl describe pod web-1", "kubectl logs -l app=web --tail=20"]
  not_match = ["kubectl get secrets", "kubectl delete pod x", "kubectl get secret/db -o yaml", "kubectl get cm,secret"]
}

rule "cluster secrets" {
  commands     = ["kubectl", "oc"]
  operands_any = concat(local.cluster_secrets, ["serviceaccounttoken"])
  action       = "deny"
  reason       = "Secrets of the cluster aren't for agents. Describe what depends on them instead."
  match        = ["kubectl get Secrets", "kubectl get pods,Secret", "kubectl get secrets -A", "kubectl get secret db -o yaml", "kubectl -n prod describe secret x"]
  not_match    = ["kubectl get pods"]
}

rule "infrastructure, read" {
  commands    = ["terraform", "tofu", "terragrunt"]
  subcommands = ["plan", "validate", "fmt", "init", "version", "providers", "graph", "get", "show", "state", "workspace", "test"]
  action      = "allow"
  unless { args = ["{state,workspace}", "{rm,mv,push,pull,replace-provider,delete,new,select}", "**"] }
  unless { flags_any = ["-destroy", "-backend-config", "-migrate-state", "-force-copy", "-reconfigure", "-from-module", "-plugin-dir", "--terragrunt-*", "--tf-*", "--source*", "--config"] }
  match     = ["terraform plan", "terraform validate", "terraform fmt -check", "terraform state list"]
  not_match = ["terraform apply", "terraform destroy", "terraform state rm x", "terraform plan -destroy"]
}

rule "infrastructure, destroy" {
  commands     = ["terraform", "tofu", "terragrunt", "pulumi", "cdk", "sam", "serverless", "vagrant", "nomad"]
  operands_any = ["destroy", "down", "remove", "purge", "--destroy"]
  action       = "deny"
  reason       = "Agents don't tear down infrastructure. Show a plan, and a person will apply it."
  match        = ["pulumi destroy", "cdk destroy --all"]
  not_match    = ["terraform plan"]
}

rule "infrastructure, apply" {
  commands    = ["terraform", "tofu", "terragrunt", "kubectl", "oc", "helm"]
  subcommands = ["apply", "destroy", "import", "state", "taint", "untaint", "force-unlock", "login", "output", "console", "refresh", "workspace", "delete", "drain", "cordon", "uncordon", "scale", "patch", "edit", "replace", "create", "rollout", "exec", "cp", "port-forward", "proxy", "attach", "debug", "run", "expose", "label", "annotate", "set", "taint", "autoscale", "config", "certificate", "auth", "plugin", "install", "uninstall", "upgrade", "rollback", "push", "pull", "registry", "get values", "get all", "get hooks", "repo", "dependency", "package", "test"]
  unless { subcommands = ["state list", "workspace list", "workspace show", "rollout status", "rollout history", "config current-context", "config get-contexts", "auth can-i", "auth whoami", "get notes", "get manifest", "dependency list", "repo list"] }
  unless { args = ["{state,workspace,rollout,config,auth,repo,dependency,dep}", "{list,show,status,history,current-context,get-contexts,can-i,whoami}", "**"] }
  unless {
    subcommands = ["test"] # of terraform
    flags_only  = ["-filter", "-verbose", "-json"]
  }
  action    = "ask"
  reason    = "Changes what runs. Show a plan or a diff (terraform plan, kubectl diff, helm template), and a person will decide."
  match     = ["terraform apply -auto-approve", "kubectl delete ns prod", "kubectl apply -f x.yml", "helm uninstall web", "kubectl exec -it web -- sh", "terraform destroy"]
  not_match = ["terraform plan", "kubectl get pods", "kubectl rollout status deploy/web"]
}

rule "charts, read" {
  commands    = ["helm"]
  subcommands = ["list", "status", "template", "lint", "show", "history", "search", "version", "env", "get notes", "get manifest", "dependency list", "repo list"]
  action      = "allow"
  unless { flags_any = ["--post-renderer"] }
  match     = ["helm list -A", "helm template ./chart", "helm lint chart"]
  not_match = ["helm install x y", "helm uninstall x", "helm template --post-renderer ./x c"]
}

rule "cloud, read" {
  commands = ["aws"]
  args     = ["*", "{describe,list}-*", "**"]
  action   = "allow"
  unless { flags_any = ["--endpoint-url", "--no-sign-request", "--no-verify-ssl"] }
  unless { args = ["{secretsmanager,ssm,kms,iam,sts,cognito-idp,lambda,rds-data}", "**"] }
  match     = ["aws ec2 describe-instances", "aws logs describe-log-groups --region x"]
  not_match = ["aws ec2 terminate-instances", "aws secretsmanager list-secrets"]
}

rule "cloud, who and what" {
  commands = ["aws"]
  args     = ["{s3,sts}", "{ls,get-caller-identity}", "**"]
  action   = "allow"
  unless { flags_any = ["--endpoint-url", "--no-sign-request", "--no-verify-ssl"] }
  match     = ["aws s3 ls", "aws sts get-caller-identity"]
  not_match = ["aws s3 cp a s3://b", "aws s3 rm s3://b --recursive"]
}

rule "aws credentials" {
  commands = ["aws"]
  subcommands = [
    "secretsmanager get-secret-value", "secretsmanager batch-get-secret-value", "ssm get-parameter", "ssm get-parameters", "ssm get-parameters-by-path", "ssm get-parameter-history",
    "sts assume-role", "sts assume-role-with-saml", "sts assume-role-with-web-identity", "sts assume-root", "sts get-session-token", "sts get-federation-token",
    "ecr get-login-password", "ecr get-authorization-token", "ecr-public get-login-password", "configure export-credentials", "configure get", "eks get-token", "kms decrypt",
    "codeartifact get-authorization-token", "rds generate-db-auth-token", "iam create-access-key", "iam create-login-profile", "iam attach-user-policy", "iam put-user-policy",
  ]
  action    = "deny"
  reason    = "Credentials aren't for agents. Say what you need to reach, and a person will set it up."
  match     = ["aws secretsmanager get-secret-value --secret-id x", "aws --region y sts assume-role --role-arn x"]
  not_match = ["aws ec2 describe-instances"]
}

rule "cloud credentials" {
  commands     = ["aws", "gcloud", "az", "gsutil", "doctl", "vault", "op", "bw", "pass", "gopass", "lpass", "chamber", "sops", "age", "secret-tool", "kwallet-query", "keyctl", "doppler", "infisical", "heroku"]
  operands_any = ["get-secret-value", "get-parameter*", "get-session-token", "assume-role*", "get-login-password", "export-credentials", "print-access-token", "print-identity-token", "get-access-token", "create-access-key", "batch-get-secret-value", "decrypt", "read", "get", "show", "lookup", "reveal", "download", "secrets", "secret", "keys", "access", "dump", "list-keys", "item", "config:get", "find-generic-password", "find-internet-password", "dump-keychain", "create-login-profile", "attach-user-policy", "put-user-policy"]
  action       = "deny"
  reason       = "Credentials aren't for agents. Say what you need to reach, and a person will set it up."
  match        = ["gcloud auth print-access-token", "pass show x", "vault read secret/x"]
  not_match    = ["aws ec2 describe-instances", "gcloud compute instances list"]
}

rule "units, read" {
  commands    = ["systemctl"]
  opaque      = "allow"
  subcommands = ["status", "show", "cat", "is-active", "is-enabled", "is-failed", "list-units", "list-timers", "list-sockets", "list-unit-files", "list-dependencies", "list-jobs", "get-default"]
  action      = "allow"
  unless { flags_any = ["-H", "-M", "--root", "--image"] }
  match     = ["systemctl status nginx", "systemctl is-active nginx", "systemctl list-units --failed"]
  not_match = ["systemctl stop nginx", "systemctl enable x"]
}

rule "logs, read" {
  commands = ["journalctl", "dmesg"]
  action   = "allow"
  unless { flags_any = ["--vacuum-size", "--vacuum-time", "--vacuum-files", "--rotate", "--flush", "-C", "-c", "--clear", "--read-clear", "--setup-keys", "--relinquish-var", "-D", "-M"] }
  match     = ["journalctl -u web -n 50", "dmesg"]
  not_match = ["journalctl --vacuum-time=1s", "dmesg -C"]
}
