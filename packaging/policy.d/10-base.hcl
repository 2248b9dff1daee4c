# Clawrden's default policy, for a coding agent on a developer's machine or in a container: reading and building flow;
# what destroys, publishes, reaches credentials or raises privileges asks a person or is denied.
#
# To change one file, copy it to /etc/clawrden/policy.d under the same name and edit the copy. To add rules, put a file of
# your own beside it. The strictest rule wins, so a rule of yours can always be stricter; to be milder, edit the copy.
#
# What this policy can't do: it judges words. A build, a test or a script runs whatever is written in it, and the agent
# writes those files. Where the agent isn't trusted to that degree, run it in a guard session, where each program that a
# script starts is judged too, or give the rules in 40-build.hcl a profile.
policy {
  version = 1
  default = "ask"
  opaque  = "ask"
}

locals {
  # Nobody's agent needs to read or write these. ~ is anyone's home directory in rules that deny or ask.
  credentials = [
    "~/.ssh/**", "~/.gnupg/**", "~/.aws/**", "~/.azure/**", "~/.config/gcloud/**", "~/.kube/**", "~/.docker/config.json",
    "~/.config/{gh,glab-cli,op,rclone,doctl,hcloud,heroku,sops,containers}/**", "~/.netrc", "~/.git-credentials", "~/.config/git/credentials",
    "~/.npmrc", "~/.yarnrc.yml", "~/.pypirc", "~/.config/pip/**", "~/.cargo/credentials*", "~/.gem/credentials", "~/.m2/settings*.xml", "~/.gradle/gradle.properties",
    "~/.password-store/**", "~/.local/share/keyrings/**", "~/.vault-token", "~/.terraform.d/**", "~/.terraformrc", "~/.pgpass", "~/.my.cnf", "~/.s3cfg", "~/.boto",
    "~/.mozilla/**", "~/.thunderbird/**", "~/.config/{google-chrome,chromium,BraveSoftware,microsoft-edge}/**",
    "~/.{bash,zsh,python,node_repl,psql,mysql,sqlite}_history", "~/.local/share/fish/fish_history",
    "~/.config/{github-copilot,stripe,netlify,vercel,flyctl,solana,age,keepassxc,msmtp,snowflake}/**", "~/.{oci,fly,age,pki,electrum,bitcoin,ethereum,snowsql}/**", "~/.{databrickscfg,authinfo,authinfo.gpg,msmtprc}",
    "~/.pulumi/credentials.json", "~/.huggingface/token", "~/.cache/huggingface/token", "~/.kaggle/kaggle.json", "/etc/kubernetes/**", "/var/lib/kubelet/pki/**",
    "~/.claude/.credentials.json", "~/.codex/auth.json", "~/.gemini/oauth_creds.json", "~/.local/share/opencode/auth.json",
    "/etc/{shadow,gshadow,sudoers}*", "/etc/sudoers.d/**", "/etc/ssh/ssh_host_*", "/etc/ssl/private/**", "/etc/krb5.keytab", "/etc/security/opasswd",
    "/proc/*/{environ,mem}", "/proc/kcore", "/{run,var/run}/secrets/**", "/dev/{mem,kmem,port}",
    "**/id_{rsa,dsa,ecdsa,ed25519}", "**/.git-credentials", "**/.vault_pass{,.txt}", "**/*.kdbx",
  ]
  # Files of a project that hold its keys.
  private = [
    "**/.env", "**/.env.{local,dev,development,test,staging,prod,production}", "**/.env.*.local", "**/.envrc",
    "**/*.{pem,key,p12,pfx,jks,keystore}", "**/{credentials,secrets}.{json,yml,yaml,toml}", "**/service-account*.json", "**/terraform.tfstate", "**/terraform.tfstate.backup", "**/*.tfvars",
  ]
  # The operating system's own files.
  system = [
    "/{bin,sbin,boot,lib,lib32,lib64,libx32,etc,sys,proc,usr,opt,lost+found}/**", "/var/{backups,cache,db,games,lib,local,log,mail,opt,spool}/**",
    "/run/{systemd,dbus,docker*,containerd,udev,lock}/**", "/{run,var/run}/docker.sock",
    "/dev/{sd,hd,vd,xvd,nvme,mmcblk,md,dm-,loop,sr}*", "/dev/{mapper,disk,block,input,shm}/**", "/dev/{mem,kmem,port,kmsg,watchdog*}",
  ]
  # Files by which something runs later, by itself or under a harmless name.
  startup = [
    "~/.{bashrc,bash_profile,bash_login,bash_logout,bash_aliases,profile,zshrc,zshenv,zprofile,zlogin,zlogout,kshrc,inputrc,xprofile,xinitrc,xsessionrc,pam_environment,vimrc,emacs,tmux.conf,gitconfig,pam_environment,pythonrc,irbrc,gdbinit}",
    "~/.config/{autostart,systemd,environment.d,fish,git,nvim,direnv,plasma-workspace}/**", "~/.vim/**", "~/.emacs.d/**", "~/.local/{bin,share/applications,share/systemd,lib}/**",
    "~/.{curlrc,wgetrc,lessfilter,lesskey,screenrc,gemrc,pryrc,pdbrc,lldbinit,mavenrc,condarc,hgrc,ackrc,Rprofile,yarnrc,bunfig.toml,ansible.cfg,xbindkeysrc}", "~/.{gradle/init.gradle,bundle/config}", "~/.gradle/init.d/**", "~/.sbt/**",
    "~/.config/{go,bat,zsh,tmux,nushell,helix,kitty,alacritty,wezterm,sway,i3,hypr,zellij,uv,pypoetry,nix,helm}/**", "~/.config/{curlrc,starship.toml,mimeapps.list}",
    "~/.local/share/{dbus-1,kservices5,gnome-shell,helm,pnpm}/**", "~/.docker/cli-plugins/**", "~/go/bin/**", "~/.{deno,bun,yarn,krew}/bin/**", "~/.claude/{hooks,commands,agents,skills,plugins}/**",
    "~/bin/**", "~/.{npm-global,cargo/bin,cargo/config*}/**", "~/.{oh-my-zsh,nvm,pyenv,rbenv,asdf}/**",
    "**/.git/{hooks,info,modules}/**", "**/.git/config{,.worktree}", "**/.git/worktrees/*/config.worktree", "**/.husky/**", "**/.gitmodules",
    "~/.claude/settings*.json", "~/.codex/config.toml", "**/.claude/settings*.json", "**/.vscode/{tasks,settings,launch}.json", "**/.mcp.json",
  ]
  # Clawrden itself.
  clawrden = ["/etc/clawrden/**", "/usr/lib/clawrden/**", "/var/lib/clawrden/**", "/var/log/clawrden/**", "/run/clawrden/**"]
  # What a build makes, and can make again.
  outputs = [
    "**/{node_modules,dist,build,out,target,coverage,htmlcov,bin,obj,tmp,.tmp}/**",
    "**/{__pycache__,.pytest_cache,.mypy_cache,.ruff_cache,.tox,.nox,.venv,venv,.eggs,.ipynb_checkpoints}/**", "**/*.egg-info/**",
    "**/{.next,.nuxt,.svelte-kit,.turbo,.parcel-cache,.vite,.angular,.gradle,.terraform,.cache,storybook-static}/**", "**/.nyc_output/**",
    "**/{package-lock.json,yarn.lock,pnpm-lock.yaml,.coverage,.DS_Store,tsconfig.tsbuildinfo}", "/tmp/*/**", "/var/tmp/*/**",
  ]
}
