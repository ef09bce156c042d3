"""The command `kapok`: one file for each group of commands, all of them over the API that every agency has."""
