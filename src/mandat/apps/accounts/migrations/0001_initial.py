import django.db.models.deletion
import django.utils.timezone
import mandat.apps.accounts.models
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                        ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                        ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                        ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                        ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                        ('language', models.CharField(choices=[('fr', 'Français'), ('en', 'English')], default='fr', max_length=2, verbose_name='language')),
                        ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                        ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ],
                    options={
                        'verbose_name': 'user',
                        'verbose_name_plural': 'users',
                        'abstract': False,
                    },
                    managers=[
                        ('objects', mandat.apps.accounts.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name='RoleGrant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_grants', to=settings.AUTH_USER_MODEL)),
                        ('role', models.CharField(choices=[('inhabitant', 'inhabitant'), ('member', 'member of an organisation'), ('agent', 'agent'), ('elected', 'elected member'), ('auditor', 'auditor'), ('administrator', 'administrator')], max_length=20, verbose_name='role')),
                        ('granted_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'role grant',
                        'constraints': [models.UniqueConstraint(models.F('user'), models.F('role'), name='one_grant_a_role')],
                    },
                ),
                migrations.CreateModel(
                    name='AuditLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(auto_now_add=True)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('target', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('what', models.CharField(choices=[('role_granted', 'role granted'), ('role_withdrawn', 'role withdrawn'), ('definition_published', 'definition published'), ('account_deleted', 'account deleted')], max_length=30)),
                        ('detail', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'verbose_name': 'audit line',
                        'indexes': [models.Index(models.OrderBy(models.F('at'), descending=True), name='audit_latest_first')],
                    },
                ),
                migrations.CreateModel(
                    name='Draft',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL)),
                        ('form', models.CharField(max_length=120)),
                        ('data', models.JSONField()),
                        ('saved_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'verbose_name': 'draft',
                        'constraints': [models.UniqueConstraint(models.F('user'), models.F('form'), name='one_draft_a_form')],
                    },
                ),
                migrations.CreateModel(
                    name='Notice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('key', models.CharField(max_length=80, unique=True)),
                        ('kind', models.CharField(max_length=40)),
                        ('reference', models.CharField(max_length=40)),
                        ('made_at', models.DateTimeField()),
                        ('begun_at', models.DateTimeField(null=True)),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('failures', models.PositiveSmallIntegerField(default=0)),
                        ('not_before', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'notice',
                        'indexes': [models.Index(models.F('not_before'), condition=models.Q(('sent_at__isnull', True)), name='accounts_notices_waiting')],
                    },
                ),
            ]
        ),
    ]
