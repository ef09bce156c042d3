"""The chart as Kubernetes would get it: rendered by a real helm, looked at by the rules that its pods must keep."""
