# Checked: GNU findutils 4.9, by --help and the manual.

tool "find" {
  single_dash = true
  flags = [
    "-H", "-L", "-P", "-a", "-and", "-o", "-or", "-not", "-daystart", "-depth", "-d", "-delete", "-empty", "-executable", "-false",
    "-follow", "-ignore_readdir_race", "-ls", "-mount", "-nogroup", "-noleaf", "-nouser", "-print", "-print0", "-prune", "-quit",
    "-readable", "-true", "-warn", "-nowarn", "-noignore_readdir_race", "-writable", "-xdev",
  ]
  value_flags = [
    "-D", "-newerat", "-newerBt", "-newerct", "-newermt",
    "-amin", "-atime", "-cmin", "-context", "-ctime", "-fstype", "-gid", "-group", "-ilname", "-iname", "-inum", "-ipath",
    "-iregex", "-iwholename", "-links", "-lname", "-maxdepth", "-mindepth", "-mmin", "-mtime", "-name", "-path", "-perm", "-printf",
    "-regex", "-regextype", "-size", "-type", "-uid", "-used", "-user", "-wholename", "-xtype",
  ]
  path_flags = ["-anewer", "-cnewer", "-files0-from", "-fls", "-fprint", "-fprint0", "-fprintf", "-newer", "-neweraa", "-neweraB", "-newerac", "-neweram", "-newerBa", "-newerBB", "-newerBc", "-newerBm", "-newerca", "-newercB", "-newercc", "-newercm", "-newerma", "-newermB", "-newermc", "-newermm", "-samefile"]
  exec_flags = ["-exec", "-execdir", "-ok", "-okdir"]
  info_flags = ["-help", "--help", "-version", "--version"]
  operands   = ["path"]
}
