"""Actions on Windows machines: each as a script to be carried, or over WinRM."""
